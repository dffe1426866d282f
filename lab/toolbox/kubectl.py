"""kubectl, for what it says: what it can and an API client cannot is run commands in pods, as people do."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any


class KubectlError(RuntimeError):
    """kubectl failed; the text is its complaint."""


class Kubectl:
    """The command that asks one cluster."""

    def __init__(self, *command: str) -> None:
        """`command` is kubectl with whatever leads it to the cluster."""
        self._command: Sequence[str] = command

    def __call__(self, *arguments: str) -> str:
        """What it prints. Raises KubectlError."""
        done = subprocess.run([*self._command, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise KubectlError(done.stderr.strip())
        return done.stdout

    def objects(self, *arguments: str) -> list[dict[str, Any]]:
        """The objects of a `get`: one, or those of a list."""
        found = json.loads(self("get", *arguments, "--output=json"))
        return found.get("items", [found])
