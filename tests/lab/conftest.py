"""Labs for tests; each is started by the test that needs it, and ended with everything it made."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import parts as lab_parts
from tests.lab.platform import Platform
from tests.lab.traces import traces


@pytest.fixture(scope="session", autouse=True)
def parts() -> None:
    """Every real part, made before a test's own time runs."""
    if platform.system() != "Linux" or os.geteuid() != 0:
        pytest.skip("the lab makes namespaces and control groups: it needs Linux and root")
    lab_parts.ensure()


@pytest.fixture(scope="session", autouse=True)
def untouched() -> dict[str, set[str]]:
    """The machine before any lab."""
    return traces()


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The dev stack as it is shipped, brought up once for what watches it and for the rest of it."""
    with Platform(tmp_path_factory.mktemp("dev"), watched=True) as brought_up:
        brought_up.lab("up")
        yield brought_up


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Platform]:
    """A lab of the dev stack in which nothing has happened yet."""
    with Platform(tmp_path) as untouched_lab:
        yield untouched_lab
