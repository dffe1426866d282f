"""The walls around a lab: what is inside ends with them, and nothing inside is seen outside."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.machine.sandbox import Record, is_running, nsenter_command, remove_leftovers, sandbox_command
from lab.paths import project_dir
from lab.toolbox.waiting import until

pytestmark = pytest.mark.lab

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(project_dir())}


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "sandbox.json"
    yield path
    if is_running(path) and (left := Record.read(path)):
        os.kill(left.keeper, signal.SIGKILL)
    assert until_not_running(path)
    remove_leftovers(path)


def begin(record: Path, script: str) -> subprocess.Popen[str]:
    """Run Bash code in a sandbox; its first line of output says that it is there."""
    command = sandbox_command(record, "sandbox-test", ["bash", "-c", script])
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def until_not_running(record: Path) -> bool:
    return until(lambda: not is_running(record), seconds=10, pause=0.05)


def groups_left(record: Path) -> list[str]:
    left = Record.read(record)
    return [group for group in left.cgroups if Path(group).exists()] if left else []


def test_the_commands_status_is_the_sandboxes(record: Path) -> None:
    assert begin(record, "exit 7").wait() == 7


def test_a_sandbox_has_a_network_of_its_own_with_loopback(record: Path) -> None:
    process = begin(record, "ip -brief address | xargs")
    assert first_line(process).startswith("lo UNKNOWN 127.0.0.1/8")
    assert process.wait() == 0


def test_sigterm_reaches_the_command_which_may_end_in_order(record: Path) -> None:
    process = begin(record, "trap 'echo bye; exit 3' TERM; echo here; sleep 100 & wait")
    assert first_line(process) == "here"
    process.terminate()
    assert first_line(process) == "bye"
    assert process.wait() == 3
    assert Record.read(record) is None
    assert not is_running(record)


def test_killing_the_keeper_ends_even_what_detached_itself(record: Path) -> None:
    process = begin(record, "setsid nohup sleep 4711 & echo here; wait")
    assert first_line(process) == "here"
    process.kill()
    process.wait()
    assert until_not_running(record)
    found = subprocess.run(("pgrep", "-f", "^sleep 4711$"), capture_output=True, check=False)
    assert found.stdout == b""


def test_the_next_run_removes_what_a_killed_one_left(record: Path) -> None:
    process = begin(record, "echo here; sleep 100")
    first_line(process)
    process.kill()
    process.wait()
    left = groups_left(record)
    assert left
    assert begin(record, "true").wait() == 0
    assert not any(Path(group).exists() for group in left)


def test_a_command_enters_a_running_sandbox(record: Path, tmp_path: Path) -> None:
    process = begin(record, "echo here; sleep 100")
    assert first_line(process) == "here"
    running = Record.read(record)
    assert running
    shown = subprocess.check_output(nsenter_command(running, ["pwd"], tmp_path), text=True)
    assert shown.strip() == str(tmp_path)
    others = subprocess.check_output(nsenter_command(running, ["cat", "/proc/1/cmdline"], tmp_path))
    assert b"lab.machine.sandbox" in others


def test_processes_orphaned_in_the_sandbox_are_reaped(record: Path) -> None:
    script = "(sleep 0.1 &) ; sleep 0.6; grep -lsE '^State:.Z' /proc/[0-9]*/status | wc -l"
    assert first_line(begin(record, script)) == "0"


def test_a_sandbox_needs_a_command() -> None:
    result = subprocess.run(
        (sys.executable, "-m", "lab.machine.sandbox", "record", "name", "--"),
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    assert "usage:" in result.stderr
