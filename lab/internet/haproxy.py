"""Runs what carries every load balancer: HAProxy, with the front of the outside world, and a relay of UDP."""

import hashlib
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address
from pathlib import Path

from lab.internet import global_load_balancer
from lab.internet.global_load_balancer import GlobalLoadBalancer
from lab.internet.load_balancer import LoadBalancer, TlsFront, render
from lab.internet.udp_relay import UdpRelay
from lab.machine.process import Supervisor

_PROCESS = "haproxy"


class LoadBalancers:
    """The load balancers that exist now, beside fronts that never change."""

    def __init__(
        self,
        folder: Path,
        program: Path,
        supervisor: Supervisor,
        fronts: Sequence[TlsFront],
        issue: Callable[[Sequence[str], Path], Path],
    ) -> None:
        """`folder` holds the configuration; public addresses must exist in this network namespace. `issue`
        writes a certificate for hosts into a file (PEM)."""
        self._configuration = folder / "haproxy.cfg"
        self._program = program
        self._supervisor = supervisor
        self._fronts = tuple(fronts)
        self._issue = issue
        self._lock = threading.Lock()
        self._relay = UdpRelay()
        self._given: set[IPv4Address] = set()

    def start(self) -> None:
        """Serve the fronts; no load balancer exists until `apply` says so."""
        self.apply(())

    def apply(self, balancers: Sequence[LoadBalancer], over: Sequence[GlobalLoadBalancer] = ()) -> None:
        """Make exactly these load balancers exist, those of regions and those over them. Connections of those
        that stay are kept.

        Raises ValueError when HAProxy refuses the configuration; the one before stays in force.
        """
        with self._lock:
            text = render(balancers, self._fronts, self._rendered(over))
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

    def _rendered(self, over: Sequence[GlobalLoadBalancer]) -> Iterator[str]:
        for balancer in sorted(over, key=lambda each: each.id):
            if not balancer.hosts:
                continue  # DigitalOcean leads nobody there either
            # Other hosts are another file, so that HAProxy is told of it.
            hosts = hashlib.sha256(" ".join(balancer.hosts).encode()).hexdigest()[:12]
            certificate = self._configuration.with_name(f"{balancer.id}-{hosts}.pem")
            if not certificate.exists():
                self._issue(balancer.hosts, certificate)
            yield from global_load_balancer.render(balancer, certificate)

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
