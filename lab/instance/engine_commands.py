"""Commands within a lab, in the environment of its engine, for what they say."""

import json
import subprocess
from typing import Any

from lab.engine.environment import Engine
from lab.instance.lab import Lab
from lab.paths import project_dir


def run(lab: Lab, engine: Engine, *command: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command with `text` as its input; our own modules are found by `python -m`."""
    return subprocess.run(
        lab.entering(command, project_dir()),
        env={**engine.environment, "PYTHONPATH": str(project_dir())},
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def told(lab: Lab, engine: Engine, *command: str) -> dict[str, Any] | None:
    """What a command prints as JSON; None when it fails."""
    done = run(lab, engine, *command)
    return json.loads(done.stdout) if done.returncode == 0 else None
