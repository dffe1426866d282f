"""A lab of a test's own: its state in a temporary folder, its parts from the shared cache."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.cloud.options import choose
from lab.cloud.state import Kind, Store
from lab.machine.sandbox import Record
from lab.paths import project_dir
from tests.stacks import WATCHING, merged, stack_file

CREDENTIALS_SECONDS = 60
"""Life of a cluster's tokens in every lab of the tests: less than an `up` takes, so that each of them meets
tokens that end."""

TIMEOUT_SECONDS = 900
"""Beyond it a command hangs: an `up` takes about a minute, more where builds run beside it."""


@dataclass(frozen=True)
class Platform:
    """One stack in one lab, driven as a user drives it."""

    state: Path
    stack: str = "dev"
    overlay: Path | None = None
    """A YAML file that is laid over the config of the stack's file, deeply."""

    cni: str = ""
    """The lab's pod network; the stack's own when empty."""

    watched: bool = False
    """Whether what watches runs in it, as the stack's file says. Prometheus and what stands beside it take a
    lab half a minute and 0.6 GB: only proofs about them, and about a stack as it is shipped, have them."""

    @property
    def environment(self) -> dict[str, str]:
        own = {"XDG_STATE_HOME": str(self.state), "LAB": self.stack, "LAB_CNI": self.cni}
        if self.overlay or not self.watched:
            own["LAB_STACK_FILE"] = str(self._changed())
        return {**os.environ, **own}

    def _changed(self) -> Path:
        """The stack's file without what watches, unless that is asked for, and with the overlay in it."""
        over = yaml.safe_load(self.overlay.read_text()) if self.overlay else {}
        content = {"config": merged(stack_file(self.stack, () if self.watched else WATCHING), over)}
        file = self.state / f"Pulumi.{self.stack}.yaml"
        if not file.exists() or yaml.safe_load(file.read_text()) != content:
            file.write_text(yaml.safe_dump(content, sort_keys=False))
        return file

    @property
    def folder(self) -> Path:
        return self.state / "webgrip-network" / self.stack

    @property
    def record(self) -> Record:
        record = Record.read(self.folder / "sandbox.json")
        assert record is not None
        return record

    @property
    def account(self) -> Mapping[Kind, Mapping[str, Any]]:
        """What the simulated account holds, without what it held from the beginning."""
        objects = Store(self.folder / "cloud").account.objects
        return {
            kind: {key: each for key, each in held.items() if not each.get("default")}
            for kind, held in objects.items()
        }

    def start(self, command: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command of the lab in a session of its own; its output is one text."""
        return subprocess.Popen(
            [sys.executable, "-m", "lab", command, "--stack", self.stack, *arguments],
            cwd=project_dir(),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def lab(
        self, command: str, *arguments: str, status: int | None = 0, seconds: float = TIMEOUT_SECONDS
    ) -> str:
        """Run a command of the lab, `seconds` at most; `status` None accepts any exit status."""
        process = self.start(command, *arguments)
        output, _ = process.communicate(timeout=seconds)
        assert status is None or process.returncode == status, output
        return output

    def run(self, *command: str, status: int | None = 0) -> str:
        """Run a command within the lab, as in `make shell`."""
        return self.lab("run", "--", *command, status=status)

    def kubectl(self, *arguments: str, status: int | None = 0) -> str:
        return self.lab("kubectl", "--", *arguments, status=status)

    def objects(self, kinds: str, *arguments: str) -> list[dict[str, Any]]:
        return json.loads(self.kubectl("get", kinds, "--output=json", *arguments))["items"]

    def apply(self, manifest: Mapping[str, Any]) -> None:
        """Create or change an object as an administrator would, beside Pulumi."""
        file = self.state / "manifest.json"
        file.write_text(json.dumps(manifest))
        self.kubectl("apply", "--server-side", "--force-conflicts", f"--filename={file}")

    def export(self) -> dict[str, Any]:
        """Pulumi's state."""
        return json.loads(self.run("pulumi", "stack", "export"))

    def resources(self, kind: str) -> list[dict[str, Any]]:
        """Resources of a type in Pulumi's state."""
        found = self.export()["deployment"].get("resources", [])
        return [each for each in found if each["type"] == kind]

    def processes(self, name: str) -> list[int]:
        """Processes of this lab (numbered as the machine does) whose command line holds `name`."""
        found: list[int] = []
        namespace = Path(f"/proc/{self.record.init}/ns/mnt").readlink()
        for each in Path("/proc").iterdir():
            if not each.name.isdigit():
                continue
            try:
                command = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                inside = (each / "ns" / "mnt").readlink() == namespace
            except OSError:
                continue
            if inside and name in command:
                found.append(int(each.name))
        return found

    def kill(self, processes: Sequence[int]) -> None:
        assert processes, "nobody to kill"
        for process in processes:
            os.kill(process, signal.SIGKILL)

    def __enter__(self) -> "Platform":
        choose(self.folder / "cloud", credentials_seconds=CREDENTIALS_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self.lab("down", "--forget", status=None)
