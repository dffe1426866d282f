"""One lab: the folder of its state and the sandbox that its daemon runs in."""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.instance.supplies import Supplies
from lab.machine.pod_networks import POD_NETWORKS
from lab.machine.sandbox import Record, is_running, nsenter_command, remove_leftovers, sandbox_command
from lab.paths import project_dir, state_dir
from lab.toolbox.waiting import until

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

    def _require_the_same(self, supplies: Supplies) -> None:
        if not self._supplies.exists():
            return
        earlier = Supplies.read(self._supplies)
        if earlier.elsewhere != supplies.elsewhere:
            raise LabError(
                f"the lab {self.name} was started with another provider of the zone, and keeps its secrets. "
                f"Drop it, then start again: make forget {self.choice}"
            )
        if earlier.cni != supplies.cni:
            raise LabError(
                f"the lab {self.name} has the pod network {earlier.cni}, and a cluster keeps its own. "
                f"For {supplies.cni} start another lab (`make up CNI=...` without LAB gives it a name of its "
                "own), or drop this one: make forget"
            )

    def running(self) -> bool:
        """Whether the daemon lives."""
        return is_running(self.record)

    def _has_ended(self) -> bool:
        return not self.running()

    def facts(self) -> dict[str, Any]:
        """What the daemon told when it was ready: the simulated provider's port and the like."""
        return json.loads(self.ready.read_text())

    def start(self, supplies: Supplies, report: Callable[[str], None]) -> None:
        """Start the daemon unless it runs, and wait until it is ready; `report` gets what it says.

        Raises LabError with the end of its log when it ends instead, when the lab's clusters have another pod
        network or its zone another provider, and when it runs without what is supplied now.
        """
        self._require_the_same(supplies)
        if self.running() and self.ready.exists():
            if Supplies.read(self._supplies).lacks(supplies):
                raise LabError(
                    f"the lab {self.name} runs since before its stack asked for programs, or receivers of "
                    "alerts, logs or traces, that it was not given. End it, then start it again: "
                    f"make down {self.choice}"
                )
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.ready.unlink(missing_ok=True)
        supplies.write(self._supplies)
        daemon = [sys.executable, "-m", "lab.instance.daemon", str(self.folder)]
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
        told = 0

        def is_over() -> bool:
            nonlocal told
            # Before its log is read: what it says last is shown, too.
            over = self.ready.exists() or keeper.poll() is not None
            lines = self._says()
            for line in lines[told:]:
                report(line)
            told = len(lines)
            return over

        over = until(is_over, START_TIMEOUT, pause=0.2)
        if self.ready.exists():
            return
        if over:
            end = "\n".join(self._says()[-20:])
            raise LabError(
                f"the lab ended while it started (status {keeper.returncode}):\n{end}\n"
                f"Its whole log is {self.log}. `make up` tries again; `make forget` starts over."
            )
        raise LabError(
            f"the lab is not ready after {START_TIMEOUT:.0f} s; see {self.log}. "
            "`make down` ends it, `make up` then continues from its state."
        )

    def _says(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()

    def stop(self) -> None:
        """End the daemon and everything it runs; what a killed one left, too."""
        record = Record.read(self.record)
        if record is None or not self.running():
            remove_leftovers(self.record)
            return
        os.kill(record.keeper, signal.SIGTERM)
        if not until(self._has_ended, STOP_TIMEOUT):
            os.kill(record.keeper, signal.SIGKILL)
            until(self._has_ended, math.inf)
        self.ready.unlink(missing_ok=True)

    def forget(self) -> None:
        """Stop, and drop the account with everything that is known of it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def entering(self, command: Sequence[str], folder: Path) -> list[str]:
        """The command line that runs `command` within the lab's namespaces, in `folder`.

        Raises LabError when the lab does not run.
        """
        record = Record.read(self.record)
        if record is None or not self.running():
            raise LabError(f"the lab {self.name} does not run. Start it: make up {self.choice}")
        return nsenter_command(record, command, folder)
