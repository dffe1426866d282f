"""Runs the HAProxy that carries every load balancer and the front of the outside world."""

import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from lab.internet.load_balancer import LoadBalancer, TlsFront, render
from lab.machine.process import Supervisor

_PROCESS = "haproxy"


class LoadBalancers:
    """The load balancers that exist now, beside fronts that never change."""

    def __init__(
        self, folder: Path, program: Path, supervisor: Supervisor, fronts: Sequence[TlsFront]
    ) -> None:
        """`folder` holds the configuration; the addresses must exist in this network namespace."""
        self._configuration = folder / "haproxy.cfg"
        self._program = program
        self._supervisor = supervisor
        self._fronts = tuple(fronts)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Serve the fronts; no load balancer exists until `apply` says so."""
        self.apply(())

    def apply(self, balancers: Sequence[LoadBalancer]) -> None:
        """Make exactly these load balancers exist. Connections of those that stay are kept.

        Raises ValueError when HAProxy refuses the configuration; the one before stays in force.
        """
        text = render(balancers, self._fronts)
        with self._lock:
            running = _PROCESS in self._supervisor.pids
            if running and self._configuration.read_text() == text:
                return
            self._write(text)
            if running:
                self._supervisor.signal(_PROCESS, signal.SIGUSR2)
            else:
                command = [str(self._program), "-W", "-db", "-f", str(self._configuration)]
                self._supervisor.ensure(_PROCESS, command)

    def _write(self, text: str) -> None:
        """Replace the configuration, once HAProxy has found it valid."""
        self._configuration.parent.mkdir(parents=True, exist_ok=True)
        draft = self._configuration.with_suffix(".draft")
        draft.write_text(text)
        checked = subprocess.run(
            [str(self._program), "-c", "-f", str(draft)], capture_output=True, text=True, check=False
        )
        if checked.returncode != 0:
            raise ValueError(f"HAProxy refuses {draft}:\n{checked.stdout}{checked.stderr}")
        draft.replace(self._configuration)
