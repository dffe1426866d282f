"""A program within a running lab, with the terminal of whoever called."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lab.engine.environment import Engine
from lab.instance.lab import Lab, LabError
from lab.paths import project_dir


def running_engine(lab: Lab) -> Engine:
    """The engine of a lab. Raises LabError when the lab does not run."""
    record = lab.folder / "engine" / "engine.json"
    if not (lab.running() and record.exists()):
        raise LabError(f"the lab {lab.name} does not run. Start it: make up {lab.choice}")
    return Engine.read(record)


def become(lab: Lab, engine: Engine, *command: str) -> NoReturn:
    """Run a program to its end, and end with its status.

    Pulumi runs where its project is, everything else where the caller stands.
    """
    folder: Path = project_dir() if command[0] == "pulumi" else Path.cwd()
    done = subprocess.run(lab.entering(command, folder), env=engine.environment, check=False)
    sys.exit(done.returncode)


def terminal_options() -> Sequence[str]:
    """What kubectl must be told so that a command in a pod has the caller's terminal."""
    return ("--stdin", "--tty") if sys.stdin.isatty() else ()
