"""Labs for tests; each is started by the test that needs it, and ended with everything it made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.platform import Platform
from tests.lab.traces import traces


@pytest.fixture(scope="module", autouse=True)
def untouched() -> dict[str, set[str]]:
    """The machine before the module's lab."""
    return traces()


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The dev stack, brought up once for a module."""
    with Platform(tmp_path_factory.mktemp("dev")) as platform:
        platform.lab("up")
        yield platform


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Platform]:
    """A lab of the dev stack in which nothing has happened yet."""
    with Platform(tmp_path) as platform:
        yield platform
