from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.cloud.cloud import Cloud
from tests.unit.lab.cloud.engine import Engine
from tests.unit.lab.cloud.fakes import FakeBackend, cloud


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def account(tmp_path: Path, backend: FakeBackend) -> Cloud:
    """A cloud with a fresh account."""
    return cloud(tmp_path / "cloud", backend)


@pytest.fixture
def engine(account: Cloud) -> Iterator[Engine]:
    engine = Engine(account)
    yield engine
    engine.stop()
