"""The outside world as one thing to start: addresses, DNS, Let's Encrypt, load balancers, API front."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path

from lab.internet import acme, bind, cloudflare, otlp, receivers
from lab.internet.addresses import (
    API,
    API_NAME,
    CLOUDFLARE,
    CLOUDFLARE_NAME,
    INTERNET,
    INTERNET_6,
    OPERATOR,
    PRIMARY,
    RECEIVERS,
    RESOLVER,
)
from lab.internet.ca import Authority
from lab.internet.dns import Dns
from lab.internet.haproxy import LoadBalancers
from lab.internet.load_balancer import TlsFront
from lab.internet.otlp import OtlpReceiver
from lab.internet.primary import PrimaryZone
from lab.machine.process import Supervisor
from lab.parts.observability import COLLECTOR
from lab.toolbox.whole_files import write_whole

TRUSTED = "trusted.pem"
"""In the folder of the outside world: whom its clients trust (PEM), the lab's authority and Let's Encrypt."""


class Internet:
    """The outside world of one lab, in the network namespace of the caller."""

    def __init__(
        self,
        folder: Path,
        parts: Mapping[str, Path],
        supervisor: Supervisor,
        authority: Authority,
        api_port: int,
        elsewhere: PrimaryZone | None = None,
        told: Sequence[tuple[str, int]] = (),
        sent: Sequence[OtlpReceiver] = (),
    ) -> None:
        """`folder` keeps its files; `api_port` is DigitalOcean's HTTP API on 127.0.0.1; `elsewhere` are
        zones that DigitalOcean does not serve; `told` are hosts and ports of whoever Alertmanager tells,
        `sent` whoever is sent logs and traces.

        Needs the parts coredns, haproxy and pebble; for a zone elsewhere bind, for `sent` the collector.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._parts = parts
        self._supervisor = supervisor
        self._authority = authority
        self._elsewhere = elsewhere
        self._sent = tuple(sent)
        fronts = [self._front(API_NAME, API, api_port)]
        if elsewhere and elsewhere.api_token:
            port = cloudflare.serve(cloudflare.Cloudflare(elsewhere))
            fronts.append(self._front(CLOUDFLARE_NAME, CLOUDFLARE, port))
        if told:
            fronts += self._receivers(told, receivers.serve(folder))
        names = dict.fromkeys((host for host, _ in told), RECEIVERS)
        for place in otlp.places(self._sent):
            names[place.host] = place.address
            certificate = self._authority.issue([place.host], folder / f"{place.name}.pem")
            fronts.append(
                TlsFront(place.name, place.address, certificate, place.local_port, public_port=place.port)
            )
        self.dns = Dns(folder / "dns", parts["coredns"] / "coredns", supervisor, elsewhere, names)
        self.load_balancers = LoadBalancers(
            folder,
            parts["haproxy"] / "haproxy",
            supervisor,
            (*fronts, *acme.fronts(folder, authority)),
            authority.issue,
        )

    def _front(self, name: str, address: IPv4Address, port: int) -> TlsFront:
        """An API of the outside world under its own name and address."""
        return TlsFront(name, address, self._authority.issue([name], self._folder / f"{name}.pem"), port)

    def _receivers(self, told: Sequence[tuple[str, int]], port: int) -> Iterator[TlsFront]:
        """Everybody who is told, with one server behind them: a front for each port."""
        for public in sorted({public for _, public in told}):
            hosts = sorted({host for host, each in told if each == public})
            name = f"receivers-{public}"
            certificate = self._authority.issue(hosts, self._folder / f"{name}.pem")
            # Days may pass between two alerts: Alertmanager must find everybody anew for each.
            yield TlsFront(name, RECEIVERS, certificate, port, public_port=public, keeps_connections=False)

    def start(self) -> None:
        """Give the namespace its addresses and start every server; safe to repeat."""
        # An address with a prefix on the loopback device makes the whole prefix local.
        _give(f"{OPERATOR}/{INTERNET.prefixlen}")
        # One of IPv6 does not, and what is local by a route alone may not be listened on.
        Path("/proc/sys/net/ipv6/ip_nonlocal_bind").write_text("1")
        subprocess.run(["ip", "-6", "route", "replace", "local", str(INTERNET_6), "dev", "lo"], check=True)
        if self._elsewhere:
            # BIND listens on addresses that a device has, and not on all that are local.
            _give(f"{PRIMARY}/32")
            program = self._parts["bind"] / "named"
            bind.start(self._elsewhere, self._folder / "primary", program, self._supervisor)
        if self._sent:
            program = self._parts[COLLECTOR] / "otelcol-k8s"
            otlp.start(self._sent, self._folder / "otlp", program, self._supervisor)
        self.dns.serve({})
        self.load_balancers.start()
        pebble = self._parts["pebble"] / "pebble"
        acme.start(self._folder, pebble, self._supervisor, self._authority)
        acme.collect_roots(self.roots, self._authority)
        known = self._authority.bundle.read_bytes() + self.roots.read_bytes()
        write_whole(self._folder / TRUSTED, known)
        self._resolve()

    @property
    def roots(self) -> Path:
        """The roots of Let's Encrypt, production and staging (PEM): what clients of its certificates
        must trust."""
        return self._folder / "roots.pem"

    def _resolve(self) -> None:
        """Let every process of the caller's mount namespace ask the lab's DNS."""
        file = self._folder / "resolv.conf"
        file.write_text(f"nameserver {RESOLVER}\n")
        target = Path("/etc/resolv.conf").resolve()
        subprocess.run(["mount", "--bind", str(file), str(target)], check=True)


def _give(address: str) -> None:
    """Give an address to the namespace's loopback device."""
    subprocess.run(["ip", "address", "replace", address, "dev", "lo"], check=True)
