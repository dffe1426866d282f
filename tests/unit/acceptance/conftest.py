from collections.abc import Iterator
from pathlib import Path

import pytest

from network.digitalocean_api import API_VARIABLE
from tests.unit.acceptance.others import SIMILAR
from tests.unit.acceptance.served import Served, serve


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """An account with others' things, which this process is led to as well."""
    account = serve(tmp_path, SIMILAR[-3:])
    monkeypatch.setenv(API_VARIABLE, account.url)
    yield account
    account.end_watchdogs()


@pytest.fixture
def crowded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The same with something of every kind for every name that is like a run's."""
    account = serve(tmp_path, SIMILAR)
    monkeypatch.setenv(API_VARIABLE, account.url)
    yield account
    account.end_watchdogs()
