"""One lab: the folder of its state and the sandbox that its daemon runs in."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.internet.primary import PrimaryZone
from lab.machine.pki import write_secret
from lab.machine.pod_networks import POD_NETWORKS
from lab.machine.sandbox import Record, inside, is_running, remove_leftovers, sandbox_command
from lab.paths import project_dir, state_dir

START_TIMEOUT = 420.0
"""Seconds: a lab that continues boots its clusters again, while builds may run beside it."""
STOP_TIMEOUT = 90.0
"""Seconds for pods and processes to end by themselves."""


class LabError(RuntimeError):
    """The lab cannot go on; the message says why and names the next command."""


@dataclass(frozen=True)
class Lab:
    """A simulated account and everything that runs for it, by name."""

    name: str

    @property
    def choice(self) -> str:
        """What to tell `make` so that it means this lab."""
        stack, _, cni = self.name.rpartition("-")
        return f"STACK={stack} CNI={cni}" if stack and cni in POD_NETWORKS else f"STACK={self.name}"

    @property
    def folder(self) -> Path:
        """Everything that outlives the lab's processes."""
        return state_dir() / self.name

    @property
    def record(self) -> Path:
        """What the sandbox wrote about itself."""
        return self.folder / "sandbox.json"

    @property
    def adopted(self) -> Path:
        """The names of the namespaces that each cluster shall have from its start (JSON)."""
        return self.folder / "namespaces.json"

    @property
    def log(self) -> Path:
        """What the daemon says."""
        return self.folder / "logs" / "daemon.log"

    @property
    def ready(self) -> Path:
        """Written by the daemon once the outside world and every known cluster run."""
        return self.folder / "ready.json"

    @property
    def _supplies(self) -> Path:
        """What the daemon is given."""
        return self.folder / "supplies.json"

    def _require_the_same(self, cni: str, elsewhere: PrimaryZone | None) -> None:
        if not self._supplies.exists():
            return
        supplies = json.loads(self._supplies.read_text())
        if supplies.get("elsewhere") != (asdict(elsewhere) if elsewhere else None):
            raise LabError(
                f"the lab {self.name} was started with another provider of the zone, and keeps its secrets. "
                f"Drop it, then start again: make forget {self.choice}"
            )
        earlier = supplies.get("cni", "cilium")
        if earlier != cni:
            raise LabError(
                f"the lab {self.name} has the pod network {earlier}, and a cluster keeps its own. For {cni} "
                "start another lab (`make up CNI=...` without LAB gives it a name of its own), or drop this "
                "one: make forget"
            )

    def running(self) -> bool:
        """Whether the daemon lives."""
        return is_running(self.record)

    def facts(self) -> dict[str, Any]:
        """What the daemon told when it was ready: the simulated provider's port and the like."""
        return json.loads(self.ready.read_text())

    def start(
        self,
        parts: Mapping[str, Path],
        images: Mapping[str, Path],
        zones: Sequence[str],
        cni: str,
        report: Callable[[str], None],
        elsewhere: PrimaryZone | None = None,
    ) -> None:
        """Start the daemon unless it runs, and wait until it is ready.

        `zones` are those that the account holds from the beginning, for a stack that adopts one;
        `elsewhere` is one that another provider serves. `cni` is the pod network of its clusters, which
        lasts as long as they do. Raises LabError with the end of its log when it ends instead, and when the
        lab's clusters have another pod network, or its zone another provider.
        """
        self._require_the_same(cni, elsewhere)
        if self.running() and self.ready.exists():
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.ready.unlink(missing_ok=True)
        supplies = {
            "parts": {name: str(path) for name, path in parts.items()},
            "images": {name: str(path) for name, path in images.items()},
            "zones": list(zones),
            "cni": cni,
            "elsewhere": asdict(elsewhere) if elsewhere else None,
        }
        write_secret(self._supplies, json.dumps(supplies).encode())
        daemon = [sys.executable, "-m", "lab.daemon", str(self.folder)]
        with self.log.open("wb") as log:
            keeper = subprocess.Popen(
                sandbox_command(self.record, self.name, daemon),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(project_dir())},
                start_new_session=True,
            )
        self._await_ready(keeper, report)

    def _await_ready(self, keeper: "subprocess.Popen[bytes]", report: Callable[[str], None]) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        told = 0
        while True:
            lines = self.log.read_text(errors="replace").splitlines()
            for line in lines[told:]:
                report(line)
            told = len(lines)
            if self.ready.exists():
                return
            if keeper.poll() is not None:
                end = "\n".join(lines[-20:])
                raise LabError(
                    f"the lab ended while it started (status {keeper.returncode}):\n{end}\n"
                    f"Its whole log is {self.log}. `make up` tries again; `make forget` starts over."
                )
            if time.monotonic() > deadline:
                raise LabError(
                    f"the lab is not ready after {START_TIMEOUT:.0f} s; see {self.log}. "
                    "`make down` ends it, `make up` then continues from its state."
                )
            time.sleep(0.2)

    def stop(self) -> None:
        """End the daemon and everything it runs; what a killed one left, too."""
        record = Record.read(self.record)
        if record is None or not self.running():
            remove_leftovers(self.record)
            return
        os.kill(record.keeper, signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT
        while self.running():
            if time.monotonic() > deadline:
                os.kill(record.keeper, signal.SIGKILL)
                deadline = float("inf")
            time.sleep(0.1)
        self.ready.unlink(missing_ok=True)

    def forget(self) -> None:
        """Stop, and drop the account with everything that is known of it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def inside(self, command: Sequence[str], folder: Path) -> list[str]:
        """The command line that runs `command` within the lab's namespaces, in `folder`.

        Raises LabError when the lab does not run.
        """
        record = Record.read(self.record)
        if record is None or not self.running():
            raise LabError(f"the lab {self.name} does not run. Start it: make up {self.choice}")
        return inside(record, command, folder)
