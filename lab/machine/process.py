"""Supervised processes: restarted when they end, logged, known by name."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_STABLE_AFTER = 10.0
"""Seconds: a process that ran this long starts over with the first pause."""


class _Supervised(threading.Thread):
    def __init__(self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        super().__init__(name=f"supervise {name}", daemon=True)
        self._command = list(command)
        self._log = log
        self._environment = {**os.environ, **environment}
        self._ending = threading.Event()
        self._guard = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            started = time.monotonic()
            with self._guard:
                if self._ending.is_set():
                    return
                self.process = self._spawn()
            status = self.process.wait()
            if time.monotonic() - started > _STABLE_AFTER:
                pause = _FIRST_PAUSE
            if self._ending.is_set():
                return
            with self._log.open("a") as log:
                log.write(f"--- ended with status {status}; starts again in {pause} s\n")
            self._ending.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )

    def end(self, grace: float) -> None:
        with self._guard:
            self._ending.set()
            process = self.process
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(grace)
            except subprocess.TimeoutExpired:
                process.kill()
        self.join()


class Supervisor:
    """A set of named processes; each is started again, after a short pause, whenever it ends."""

    def __init__(self, logs: Path) -> None:
        """Output of process NAME goes to `logs`/NAME.log."""
        self._logs = logs
        self._processes: dict[str, _Supervised] = {}

    def ensure(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> bool:
        """Start a process unless one of this name is supervised; whether it did.

        `environment` adds to ours.
        """
        if name in self._processes:
            return False
        self._logs.mkdir(parents=True, exist_ok=True)
        supervised = _Supervised(name, command, self.log(name), environment or {})
        self._processes[name] = supervised
        supervised.start()
        return True

    def end(self, name: str, grace: float = 5.0) -> None:
        """SIGTERM, then SIGKILL after `grace` seconds; returns when the process is gone."""
        supervised = self._processes.pop(name, None)
        if supervised:
            supervised.end(grace)

    def end_all(self, grace: float = 5.0) -> None:
        """End every process, the last one started first."""
        for name in reversed(list(self._processes)):
            self.end(name, grace)

    def log(self, name: str) -> Path:
        """The log file of a process."""
        return self._logs / f"{name}.log"

    @property
    def pids(self) -> dict[str, int]:
        """The number of every process that runs now."""
        return {
            name: supervised.process.pid
            for name, supervised in self._processes.items()
            if supervised.process and supervised.process.poll() is None
        }

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process, as a fault from outside would."""
        os.kill(self.pids[name], number)
