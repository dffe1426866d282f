"""Destroys what a run has left at its end, whoever was killed before: a process of its own that sleeps till
then.

A machine that is switched off has none; `network accept --sweep` on any machine does the same.
"""

import os
import subprocess
import sys
import time

from network.acceptance.journal import Journal
from network.acceptance.run import now

AGAIN = 600.0
"""Seconds until it sweeps once more, where something was left: the API may have been away."""
_FILE = "watchdog"
_SLICE = 30.0
"""Seconds of its sleep, after each of which it looks at the clock, which goes on while a machine sleeps, and
whether the run is over."""


def start(journal: Journal) -> None:
    """Start a run's watchdog, unless it has one."""
    file = journal.folder / _FILE
    if file.exists() and _lives(int(file.read_text() or 0)):
        return
    command = [sys.executable, "-m", "network", "accept", "--sweep", "--at-deadline"]
    command += ["--run", journal.run.id, "--account", journal.run.team]
    with (journal.folder / "watchdog.log").open("a") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    file.write_text(str(process.pid))


def wait(journal: Journal) -> bool:
    """Sleep until a run's deadline, and return whether it is not over even then."""
    while now() < journal.run.deadline:
        left = (journal.run.deadline - now()).total_seconds()
        time.sleep(min(_SLICE, max(left, 0)))
        if Journal.read(journal.folder).over:
            return False
    return not Journal.read(journal.folder).over


def _lives(process: int) -> bool:
    """Whether it is a process of this user's; another one's that came by the number is none."""
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
