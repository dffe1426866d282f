"""Labs for tests; each is started by the test that needs it, and ended with everything it made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.platform import Platform


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The dev stack, brought up once for a module."""
    platform = Platform(tmp_path_factory.mktemp("dev"))
    platform.lab("up")
    yield platform
    platform.end()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Platform]:
    """A lab of the dev stack in which nothing has happened yet."""
    platform = Platform(tmp_path)
    yield platform
    platform.end()
