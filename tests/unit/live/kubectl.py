"""A kubectl that answers what a test says, on PATH."""

import json
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """#!{python}
import json, sys, time
from pathlib import Path

folder = Path({folder!r})
arguments = [each for each in sys.argv[1:] if not each.startswith("--request-timeout")]
with (folder / "asked.jsonl").open("a") as asked:
    asked.write(json.dumps(sys.argv[1:]) + "\\n")
answers = json.loads((folder / "answers.json").read_text())
line = " ".join(arguments)
answer = answers.get(line, {{"stderr": "error: no answer to " + line, "code": 1}})
time.sleep(answer.get("seconds", 0))
sys.stderr.write(answer.get("stderr", ""))
sys.stdout.write(answer.get("stdout", ""))
sys.exit(answer.get("code", 0))
"""


class Kubectl:
    """Answers by the arguments, which are compared as one line and without the time limit."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._answers: dict[str, Mapping[str, Any]] = {}
        program = folder / "kubectl"
        program.write_text(SCRIPT.format(python=sys.executable, folder=str(folder)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        patch.setenv("PATH", str(folder))

    def prints(self, arguments: str, text: str, seconds: float = 0) -> None:
        self._put(arguments, {"stdout": text, "seconds": seconds})

    def gives(self, arguments: str, value: Any) -> None:
        self.prints(arguments, json.dumps(value))

    def refuses(self, arguments: str, told: str) -> None:
        self._put(arguments, {"stderr": told, "code": 1})

    @property
    def asked(self) -> list[list[str]]:
        return [json.loads(line) for line in (self._folder / "asked.jsonl").read_text().splitlines()]

    def _put(self, arguments: str, answer: Mapping[str, Any]) -> None:
        self._answers[arguments] = answer
        (self._folder / "answers.json").write_text(json.dumps(self._answers))
