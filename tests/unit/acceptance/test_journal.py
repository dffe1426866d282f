"""Journals survive kills, and a run's folder is held by one at a time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from network.acceptance.journal import WORKER, BusyRunError, Journal, Row, held, write
from network.live.finding import Finding
from tests.unit.acceptance.test_gate import run

WRITER = """
import sys
from pathlib import Path
from network.acceptance.journal import write
while True:
    for letter in "ab":
        write(Path(sys.argv[1]), [letter] * 200000)
"""

OWNER = """
import subprocess, sys
from pathlib import Path
from network.acceptance.journal import WORKER, held
folder = Path(sys.argv[1])
with held(folder) as lock:
    command = ["sh", "-c", 'echo $$ > "$0" && exec sleep 600', str(folder / WORKER)]
    subprocess.run(command, pass_fds=(lock,), start_new_session=True)
"""


def start(program: str, argument: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", program, str(argument)])


def until(path: Path) -> None:
    while not (path.exists() and path.read_text()):
        time.sleep(0.01)


def test_a_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path, run())
    journal.begin("look")
    journal.end("look", [Finding("look", "it", "differs", "a", "b", "c", causes=("d",))])
    journal.answer([Row("coredns", "1.12", "", "2026-12-01T12:00:00+00:00", "1.36.4-do.0")])
    journal.knows_cluster("c1")
    assert Journal.read(tmp_path) == journal


def test_an_answer_stays_where_a_later_look_finds_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path, run())
    journal.answer([Row("coredns", "1.12", "", "", "")])
    journal.answer([Row("coredns", None, "the cluster is gone", "", "")])
    assert journal.rows["coredns"].result == "1.12"


def test_a_file_is_whole_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    write(file, [])
    process = start(WRITER, file)
    seen: set[str] = set()
    end = time.monotonic() + 20
    while len(seen) < 3 and time.monotonic() < end:
        seen.add(file.read_text())
    process.kill()
    process.wait()
    assert seen | {file.read_text()} <= {"[]", *(_text(letter) for letter in "ab")}
    assert file.stat().st_mode & 0o077 == 0


def _text(letter: str) -> str:
    items = ",\n ".join([f'"{letter}"'] * 200000)
    return f"[\n {items}\n]"


def test_a_run_that_lives_is_left_alone(tmp_path: Path) -> None:
    process = start(OWNER, tmp_path)
    until(tmp_path / WORKER)
    with pytest.raises(BusyRunError, match=f"process {process.pid} is at work"), held(tmp_path):
        pass
    os.killpg(int((tmp_path / WORKER).read_text()), signal.SIGKILL)
    process.wait()


def test_what_outlives_a_killed_run_is_ended_before_anybody_goes_on(tmp_path: Path) -> None:
    process = start(OWNER, tmp_path)
    until(tmp_path / WORKER)
    worker = int((tmp_path / WORKER).read_text())
    process.kill()
    process.wait()
    os.kill(worker, 0)
    with held(tmp_path):
        state = Path(f"/proc/{worker}/stat")
        assert not state.exists() or state.read_text().split()[2] == "Z"


def test_the_watchdog_ends_even_a_run_that_lives(tmp_path: Path) -> None:
    process = start(OWNER, tmp_path)
    until(tmp_path / WORKER)
    with held(tmp_path, end_owner=True):
        assert process.wait() == -signal.SIGKILL
