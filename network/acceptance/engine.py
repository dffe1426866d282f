"""Pulumi, as a user runs it, with a state that is the run's alone and stays until nothing is left."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from network.acceptance.journal import WORKER
from network.acceptance.run import Run

_TOKEN = "network:dnsToken"
_ELSEWHERE = ("PULUMI_STACK", "PULUMI_OPTION_CONFIG_FILE", "PULUMI_CONFIG_PASSPHRASE")
"""Variables that win over what a command is told."""

LONGEST = 3600
"""Seconds for one command: a cluster takes a quarter of it, its upgrade half."""


class EngineError(Exception):
    """A command of Pulumi's failed; the message has the end of what it said."""


@dataclass(frozen=True)
class Engine:
    """The program of the project's folder, as the run's stack."""

    project: Path
    run: Run
    folder: Path
    """The run's."""
    token: str
    """The account's, which is the one that writes the run's zone as well."""
    lock: int
    """Descriptor that says as long as it is open that somebody is at work on the run."""
    say: Callable[[str], None] = lambda _: None

    def prepare(self, config: Any) -> None:
        """Have the stack, with this configuration. Raises EngineError."""
        here = self._here
        here.mkdir(parents=True, exist_ok=True)
        (self.folder / "state").mkdir(exist_ok=True)
        passphrase = self._passphrase
        if not passphrase.exists():
            passphrase.touch(mode=0o600)
            passphrase.write_text(secrets.token_urlsafe(32))
        shutil.copy(self.project / "Pulumi.yaml", here / "Pulumi.yaml")
        self.configure(config)
        if not self.made:
            self._pulumi("stack", "init", self.run.environment, cwd=here)
        stack = ("--stack", self.run.environment)
        self._pulumi("config", "set", "--secret", _TOKEN, *stack, cwd=here, given=self.token)

    def configure(self, config: Any) -> None:
        """Put the configuration into the stack's file; what Pulumi has written there stays."""
        file = self._stack_file
        kept = yaml.safe_load(file.read_text()) if file.exists() else {}
        secret = {key: value for key, value in kept.get("config", {}).items() if key == _TOKEN}
        file.write_text(yaml.safe_dump({**kept, "config": {**config, **secret}}, sort_keys=False))

    def up(self) -> str:
        """Run `pulumi up`, and return what it printed. Raises EngineError."""
        self._unlock()
        return self._of_stack("up", "--yes", "--skip-preview")

    def changes(self) -> str | None:
        """Return what a further `up` would change; None if nothing."""
        try:
            self._of_stack("preview", "--expect-no-changes", "--diff")
        except EngineError as error:
            return str(error)
        return None

    def output(self, name: str) -> str:
        """Return an output of the stack. Raises EngineError."""
        return self._pulumi(
            "stack", "output", name, "--stack", self.run.environment, cwd=self.project
        ).strip()

    def destroy(self) -> str:
        """Run `pulumi destroy`, and return what it printed. Raises EngineError."""
        self._unlock()
        return self._of_stack("destroy", "--yes", "--skip-preview")

    @property
    def made(self) -> bool:
        """Whether the stack was ever made."""
        return any((self.folder / "state").glob(f".pulumi/stacks/*/{self.run.environment}.json*"))

    def _unlock(self) -> None:
        """A command that was killed leaves its lock; nobody else works on this state."""
        stacks = self.folder / "state" / ".pulumi" / "locks"
        if any(each.is_file() for each in stacks.rglob("*")):
            self._pulumi("cancel", "--yes", "--stack", self.run.environment, cwd=self.project)

    def _of_stack(self, *arguments: str) -> str:
        file = str(self._stack_file)
        return self._pulumi(
            *arguments, "--stack", self.run.environment, "--config-file", file, cwd=self.project
        )

    def _pulumi(self, *arguments: str, cwd: Path, given: str = "") -> str:
        self.say(f"pulumi {' '.join(arguments[:2])}")
        # Its number is written by itself before it begins: a run that is killed right then is found out all
        # the same. In a session of its own an interrupt reaches the run alone, which then says what goes on.
        worker = self.folder / WORKER
        command = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(worker)]
        command += ["pulumi", "--non-interactive", *arguments]
        log = self.folder / "pulumi.log"
        with subprocess.Popen(
            command, cwd=cwd, env=self._own_environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="backslashreplace",
            pass_fds=(self.lock,), start_new_session=True,
        ) as process:  # fmt: skip
            try:
                out, err = process.communicate(given, LONGEST)
            except BaseException as error:
                # What it leaves has the run's name, and the sweep comes at any rate.
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise EngineError(f"`pulumi {arguments[0]}` does not end within {LONGEST} s") from None
                raise
        with log.open("a") as file:
            file.write(f"$ pulumi {' '.join(arguments)}\n{out}{err}\n")
        if process.returncode:
            said = (out + err).strip()[-2000:]
            raise EngineError(f"`pulumi {arguments[0]}` ended with {process.returncode} ({log}): {said}")
        return out

    @property
    def environment(self) -> dict[str, str]:
        """What whoever works on the run must have in his environment."""
        return {
            "PULUMI_BACKEND_URL": (self.folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self._passphrase),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "KUBECONFIG": str(self.kubeconfig),
        }

    @property
    def _own_environment(self) -> dict[str, str]:
        """Without what would lead Pulumi to another stack."""
        kept = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        return kept | self.environment

    @property
    def kubeconfig(self) -> Path:
        """Of the run's cluster."""
        return self.folder / "kubeconfig.yaml"

    @property
    def _here(self) -> Path:
        """Where `stack init` and `config set` find the stack's file, and not the project's own."""
        return self.folder / "project"

    @property
    def _stack_file(self) -> Path:
        return self._here / f"Pulumi.{self.run.environment}.yaml"

    @property
    def _passphrase(self) -> Path:
        return self.folder / "passphrase"
