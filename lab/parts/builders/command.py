"""Run a tool, with what it says in a log file."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.parts.recipe import Part, PartError

_TAIL = 5
"""Lines of the log that an error quotes."""


def run(
    part: Part,
    command: Sequence[str],
    log: Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run the command to its end; PartError with the log's last lines if it fails."""
    with log.open("a") as output:
        output.write(f"$ {' '.join(command)}\n")
        output.flush()
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        tail = "\n".join(f"  {line}" for line in log.read_text().splitlines()[-_TAIL:])
        raise PartError(
            f"part {part.name} {part.version}: `{command[0]} {command[1]}` failed "
            f"(status {done.returncode}):\n{tail}\n"
            f"Read {log}, then: python -m lab.parts {part.name}"
        )
