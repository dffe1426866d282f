"""The cache of parts under failure, death and company."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.parts.store import Store

_FORK = multiprocessing.get_context("fork")
_PATIENCE = 10


def _write(folder: Path) -> None:
    (folder / "program").write_text("whole")


def _entries(root: Path) -> list[str]:
    """What a name's folder holds besides the lock."""
    return sorted(path.name for path in (root / "part").iterdir() if path.name != ".lock")


def test_what_was_made_once_is_found_again(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        _write(folder)

    first = Store(tmp_path).obtain("part", "key", make)
    second = Store(tmp_path).obtain("part", "key", make)
    assert first == second
    assert (first / "program").read_text() == "whole"
    assert len(made) == 1


def test_another_key_is_another_entry(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.obtain("part", "one", _write) != store.obtain("part", "two", _write)


def test_a_failed_making_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        _write(folder)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        Store(tmp_path).obtain("part", "key", fail)
    assert _entries(tmp_path) == []
    assert Store(tmp_path).find("part", "key") is None


def test_an_interrupted_making_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(folder: Path) -> None:
        _write(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Store(tmp_path).obtain("part", "key", interrupt)
    assert _entries(tmp_path) == []


def test_a_killed_making_is_swept_and_made_anew(tmp_path: Path) -> None:
    begun = tmp_path / "begun"

    def hang(folder: Path) -> None:
        (folder / "half").touch()
        begun.touch()
        time.sleep(_PATIENCE)

    process = _FORK.Process(target=Store(tmp_path).obtain, args=("part", "key", hang))
    process.start()
    _wait_for(begun.exists)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert Store(tmp_path).find("part", "key") is None

    folder = Store(tmp_path).obtain("part", "key", _write)
    assert sorted(path.name for path in folder.iterdir()) == ["program"]
    assert _entries(tmp_path) == ["key"]


def test_a_second_run_waits_and_finds_what_the_first_made(tmp_path: Path) -> None:
    begun, go_on, waited = (tmp_path / name for name in ("begun", "go-on", "waited"))

    def slow(folder: Path) -> None:
        begun.touch()
        _wait_for(go_on.exists)
        _write(folder)

    def never(folder: Path) -> None:
        raise AssertionError(f"made twice: {folder}")

    first = _FORK.Process(target=Store(tmp_path).obtain, args=("part", "key", slow))
    first.start()
    _wait_for(begun.exists)
    second = _FORK.Process(
        target=Store(tmp_path).obtain,
        args=("part", "key", never),
        kwargs={"waiting": waited.touch},
    )
    second.start()
    _wait_for(waited.exists)
    go_on.touch()
    first.join(_PATIENCE)
    second.join(_PATIENCE)
    assert (first.exitcode, second.exitcode) == (0, 0)


def test_an_entry_that_lost_a_file_is_made_anew(tmp_path: Path) -> None:
    store = Store(tmp_path)
    folder = store.obtain("part", "key", _write)
    (folder / "program").unlink()
    assert store.find("part", "key", _has_program) is None
    again = store.obtain("part", "key", _write, whole=_has_program)
    assert _has_program(again)


def test_the_time_it_took_is_remembered_across_keys(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.last_seconds("part") is None
    store.obtain("part", "one", _write)
    store.remember_seconds("part", 12.34)
    assert Store(tmp_path).last_seconds("part") == 12.3


def _has_program(folder: Path) -> bool:
    return (folder / "program").exists()


def _wait_for(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fail when it does not for long."""
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
