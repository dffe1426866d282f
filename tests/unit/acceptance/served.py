"""A simulated account that real processes are led to, by HTTP."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from lab.cloud import api
from lab.cloud.cloud import Cloud
from lab.cloud.endpoints.team import team
from lab.cloud.faults import pending
from lab.cloud.state import Kind
from network.acceptance.gate import most
from network.acceptance.run import now
from network.config.droplets import DOLLARS
from tests.stacks import ROOT
from tests.unit.acceptance.others import TEST_ZONE, crowd
from tests.unit.lab.cloud.fakes import FakeBackend, cloud

PATIENCE = 900
"""Seconds for one command, on a machine that may be busy."""


@dataclass(frozen=True)
class Served:
    """The account, and the folder of runs."""

    cloud: Cloud
    backend: FakeBackend
    url: str
    folder: Path
    project: Path = ROOT
    """Where the program lies."""

    @property
    def team(self) -> str:
        return team(self.cloud.store.account)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DIGITALOCEAN_TOKEN": self.cloud.store.account.token,
            "DIGITALOCEAN_API_URL": self.url,
            "XDG_STATE_HOME": str(self.folder / "state"),
            # No kubectl, as there is no cluster.
            "PATH": str(self.folder / "bin"),
        }

    @property
    def runs(self) -> Path:
        return self.folder / "state" / "webgrip-network-accept"

    @property
    def run(self) -> str:
        """Id of the only run."""
        (found,) = (each.parent.name for each in self.runs.glob("*/journal.json"))
        return found

    def journal(self) -> Any:
        return json.loads((self.runs / self.run / "journal.json").read_text())

    def start(self, *arguments: str, account: str | None = None) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "network", "accept", "--account", account or self.team]
        command += ["--pause", "0.02"]
        return subprocess.Popen(
            [*command, *arguments], cwd=self.project, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def command(self, *arguments: str, account: str | None = None) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, account=account)
        out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def agreed(self) -> list[str]:
        """What a new run is agreed to by."""
        begin = now()
        until = begin + timedelta(hours=3, minutes=30)
        cost = most(DOLLARS["s-2vcpu-4gb"], begin, until)
        consent = ["--zone", TEST_ZONE, "--email", "platform@webgrip.nl", "--format", "json"]
        return [*consent, "--until", until.isoformat(), "--dollars", cost]

    def objects(self) -> Mapping[Kind, Any]:
        """Everything in the account, whatever it is called."""
        return {kind: held for kind, held in self.cloud.store.account.objects.items() if held}

    def end_watchdogs(self) -> None:
        """They would look once more, and find that their run has gone."""
        for file in self.runs.glob("*/watchdog"):
            with suppress(ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGKILL)

    def hanging(self, operation: str) -> bool:
        """Whether a call hangs that was told to."""
        return any(
            fault.operation == operation and fault.times == 0 for fault in pending(self.cloud.store.folder)
        )


def serve(folder: Path, names: Sequence[str]) -> Served:
    """Return an account full of others' things."""
    backend = FakeBackend()
    account = cloud(folder / "cloud", backend)
    crowd(account, names)
    (folder / "bin").mkdir()
    (folder / "bin" / "sh").symlink_to("/bin/sh")
    pulumi = folder / "bin" / "pulumi"
    script = Path(__file__).with_name("stand_in_pulumi.py")
    pulumi.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    pulumi.chmod(0o755)
    return Served(account, backend, f"http://127.0.0.1:{api.serve(account)}", folder)
