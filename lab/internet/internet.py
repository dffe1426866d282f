"""The outside world as one thing to start: addresses, DNS, Let's Encrypt, load balancers, API front."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from lab.internet import acme
from lab.internet.addresses import API, API_NAME, INTERNET, OPERATOR, RESOLVER
from lab.internet.ca import Authority
from lab.internet.dns import Dns
from lab.internet.haproxy import LoadBalancers
from lab.internet.load_balancer import TlsFront
from lab.machine.process import Supervisor


class Internet:
    """The outside world of one lab, in the network namespace of the caller."""

    def __init__(
        self,
        folder: Path,
        parts: Mapping[str, Path],
        supervisor: Supervisor,
        authority: Authority,
        api_port: int,
    ) -> None:
        """`folder` keeps its files; `api_port` is DigitalOcean's HTTP API on 127.0.0.1.

        Needs the parts coredns, haproxy and pebble.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._parts = parts
        self._supervisor = supervisor
        self._authority = authority
        api = TlsFront(API_NAME, API, authority.issue([API_NAME], folder / f"{API_NAME}.pem"), api_port)
        self.dns = Dns(folder / "dns", parts["coredns"] / "coredns", supervisor)
        self.load_balancers = LoadBalancers(
            folder,
            parts["haproxy"] / "haproxy",
            supervisor,
            (api, *acme.fronts(folder, authority)),
        )

    def start(self) -> None:
        """Give the namespace its addresses and start every server; safe to repeat."""
        # An address with a prefix on the loopback device makes the whole prefix local.
        address = f"{OPERATOR}/{INTERNET.prefixlen}"
        subprocess.run(["ip", "address", "replace", address, "dev", "lo"], check=True)
        self.dns.serve({})
        self.load_balancers.start()
        pebble = self._parts["pebble"] / "pebble"
        acme.start(self._folder, pebble, self._supervisor, self._authority)
        acme.collect_roots(self.roots, self._authority)
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
