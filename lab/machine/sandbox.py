"""The lab's outer walls: network, mount and PID namespaces and a control group around one command.

`python -m lab.machine.sandbox RECORD NAME -- COMMAND...` runs COMMAND inside and ends with its
status. Ending that one process, even with SIGKILL, ends everything inside. What a killed run leaves
(empty control groups, named in the record) the next run with the same record removes.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.machine import namespaces
from lab.machine.cgroups import Group, base_group
from lab.machine.spec import MachineError
from lab.toolbox.waiting import until


@dataclass(frozen=True)
class Record:
    """What a sandbox writes about itself, for whoever wants to enter or end it."""

    keeper: int
    """The outermost process: killing it ends the sandbox."""
    init: int
    """PID 1 of the sandbox, as numbered outside: whose namespaces `nsenter` joins."""
    cgroups: tuple[str, ...]

    @staticmethod
    def read(path: Path) -> "Record | None":
        """The record at `path`, None if there is none."""
        try:
            data = json.loads(path.read_text() or "null")
        except FileNotFoundError:
            return None
        return data and Record(data["keeper"], data["init"], tuple(data["cgroups"]))

    def write(self, path: Path) -> None:
        """Write in place: the file's lock must stay on the same file."""
        path.write_text(json.dumps(self.__dict__))


def sandbox_command(record: Path, name: str, command: Sequence[str]) -> list[str]:
    """The command line that runs `command` in a sandbox; PYTHONPATH must contain the checkout.

    `name` names the control group. `record` is a file that outlives the run.
    """
    return [sys.executable, "-m", "lab.machine.sandbox", str(record), name, "--", *command]


def is_running(record: Path) -> bool:
    """Whether the sandbox of this record has a living process."""
    try:
        with record.open("r") as file:
            return not _try_lock(file.fileno())
    except FileNotFoundError:
        return False


def nsenter_command(record: Record, command: Sequence[str], folder: Path) -> list[str]:
    """The command line that runs `command` in a running sandbox, with `folder` as its directory."""
    target = f"--target={record.init}"
    return [
        "nsenter", target, "--net", "--mount", "--pid", f"--wdns={folder}", "--", *command
    ]  # fmt: skip


def remove_leftovers(record: Path) -> None:
    """Remove the control groups that a killed run left; the sandbox must not be running."""
    earlier = Record.read(record)
    if earlier:
        Group(tuple(Path(directory) for directory in earlier.cgroups)).remove()
        record.write_text("")


def run_sandbox(record: Path, name: str, command: Sequence[str]) -> int:
    """Run `command` in a new sandbox and wait for it; returns its exit status.

    The caller becomes the keeper: SIGTERM and SIGINT reach the command, and the caller's end is the
    sandbox's. Raises MachineError if a sandbox with this record still runs.
    """
    record.parent.mkdir(parents=True, exist_ok=True)
    # The lock passes to every forked process of the sandbox: it is free when all have ended.
    with record.open("a+") as lock:
        _lock(lock.fileno(), record)
        remove_leftovers(record)
        group = base_group().child(_group_name(record, name))
        group.create()
        group.delegate()
        daemon = group.child("daemon")
        daemon.create()

        def first_process() -> int:
            daemon.enter()
            namespaces.unshare(namespaces.NEW_MOUNT | namespaces.NEW_NETWORK)
            _prepare()
            return namespaces.run_and_reap(lambda: os.execvp(command[0], list(command)))

        init = namespaces.start_first_process(first_process)
        cgroups = tuple(str(directory) for directory in group.directories)
        Record(os.getpid(), init, cgroups).write(record)
        namespaces.forward_signals(init)
        status = namespaces.wait_for(init)
        group.remove()
        record.write_text("")
        return status


def _group_name(record: Path, name: str) -> str:
    """Unlike that of any other record: labs of one name may run from several state folders."""
    return f"lab-{name}-{hashlib.sha256(str(record.resolve()).encode()).hexdigest()[:8]}"


def _prepare() -> None:
    for command in (
        ("mount", "--make-rprivate", "/"),
        ("mount", "-t", "proc", "proc", "/proc"),
        ("mkdir", "-p", "/run/netns"),
        ("mount", "-t", "tmpfs", "tmpfs", "/run/netns"),
        ("ip", "link", "set", "lo", "up"),
    ):
        subprocess.run(command, check=True)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock(descriptor: int, record: Path, timeout: float = 15.0) -> None:
    """Lock the record; a run that was just killed needs a moment until its last process is gone."""
    if not until(lambda: _try_lock(descriptor), timeout):
        running = Record.read(record)
        keeper = f"process {running.keeper}" if running else "another process"
        raise MachineError(f"a lab with the record {record} is running already ({keeper})")


def main() -> int:
    """`RECORD NAME -- COMMAND...`"""
    record, name, separator, *command = sys.argv[1:]
    if separator != "--" or not command:
        raise SystemExit("usage: python -m lab.machine.sandbox RECORD NAME -- COMMAND...")
    return run_sandbox(Path(record), name, command)


if __name__ == "__main__":
    sys.exit(main())
