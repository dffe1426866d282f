"""Runs what carries every load balancer: HAProxy, with the front of the outside world, and a relay of UDP."""

import signal
import subprocess
import threading
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path

from lab.internet.load_balancer import LoadBalancer, TlsFront, render
from lab.internet.udp_relay import UdpRelay
from lab.machine.process import Supervisor

_PROCESS = "haproxy"


class LoadBalancers:
    """The load balancers that exist now, beside fronts that never change."""

    def __init__(
        self, folder: Path, program: Path, supervisor: Supervisor, fronts: Sequence[TlsFront]
    ) -> None:
        """`folder` holds the configuration; public addresses must exist in this network namespace."""
        self._configuration = folder / "haproxy.cfg"
        self._program = program
        self._supervisor = supervisor
        self._fronts = tuple(fronts)
        self._lock = threading.Lock()
        self._relay = UdpRelay()
        self._given: set[IPv4Address] = set()

    def start(self) -> None:
        """Serve the fronts; no load balancer exists until `apply` says so."""
        self.apply(())

    def apply(self, balancers: Sequence[LoadBalancer]) -> None:
        """Make exactly these load balancers exist. Connections of those that stay are kept.

        Raises ValueError when HAProxy refuses the configuration; the one before stays in force.
        """
        text = render(balancers, self._fronts)
        with self._lock:
            self._give({each.address for each in balancers if each.within is not None})
            self._relay.apply(balancers)
            running = _PROCESS in self._supervisor.pids
            if running and self._configuration.read_text() == text:
                return
            self._write(text)
            if running:
                self._supervisor.signal(_PROCESS, signal.SIGUSR2)
            else:
                command = [str(self._program), "-W", "-db", "-f", str(self._configuration)]
                self._supervisor.ensure(_PROCESS, command)

    def _give(self, addresses: set[IPv4Address]) -> None:
        """Have exactly these addresses of VPCs: this namespace, the VPCs' router, answers for them."""
        for address in addresses ^ self._given:
            what = "replace" if address in addresses else "delete"
            subprocess.run(["ip", "address", what, f"{address}/32", "dev", "lo"], check=True)
        self._given = addresses

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
