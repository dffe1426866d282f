"""A cluster's wires: the VPC as a bridge, one network namespace for each machine on it, routes.

The caller's network namespace is the router of the VPC and the world outside of it.
"""

import hashlib
import socket
import subprocess
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from lab.machine.spec import ClusterSpec, MachineError

HANDLES = Path("/run/netns")
"""Where `ip netns` keeps a file for each network namespace."""

CONTROL_PLANE = "cp"


def ip(*arguments: str) -> None:
    """Run `ip`; raises MachineError with what it said."""
    result = subprocess.run(("ip", *arguments), check=False, capture_output=True, text=True)
    if result.returncode != 0:
        raise MachineError(f"ip {' '.join(arguments)}: {result.stderr.strip()}")


class ClusterNetwork:
    """The VPC of one cluster."""

    def __init__(self, spec: ClusterSpec, routes_on_nodes: bool) -> None:
        """`routes_on_nodes`: whether nodes get routes to each other's pods too."""
        self._spec = spec
        self._routes_on_nodes = routes_on_nodes
        self._machines: dict[str, IPv4Address] = {}
        self._bridge = f"br-{spec.short}"
        self._routes: dict[IPv4Network, IPv4Address] = {}

    def namespace(self, machine: str) -> str:
        """The name of a machine's network namespace (`ip netns`)."""
        return f"{self._spec.short}-{machine}"

    def handle(self, machine: str) -> Path:
        """The file by which `nsenter --net=` enters a machine's network namespace."""
        return HANDLES / self.namespace(machine)

    def start(self) -> None:
        """Make the bridge and forward packets; harmless when done."""
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        if not _exists(self._bridge):
            ip("link", "add", self._bridge, "type", "bridge")
            for own in (self._spec.router, self._spec.resolver):
                ip("address", "add", self._on_vpc(own), "dev", self._bridge)
            ip("link", "set", self._bridge, "up")

    def attach(self, machine: str, address: IPv4Address) -> None:
        """Give a machine a namespace with `eth0` on the VPC; harmless when it has one.

        A namespace that an interrupted attempt left without its interface is made anew.
        """
        name, link = self.namespace(machine), self._link(machine)
        self._machines[machine] = address
        if _exists(link):
            return
        if self.handle(machine).exists():
            ip("netns", "delete", name)
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", link, "master", self._bridge, "up")
        ip("-n", name, "address", "add", self._on_vpc(address), "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "route", "add", "default", "via", str(self._spec.router))
        for destination, gateway in self._routes.items():
            if self._needs_route(machine, gateway):
                ip("-n", name, "route", "replace", str(destination), "via", str(gateway))

    def detach(self, machine: str) -> None:
        """Remove a machine's namespace and wire, if any."""
        self._machines.pop(machine, None)
        if _exists(self._link(machine)):
            ip("link", "delete", self._link(machine))
        if self.handle(machine).exists():
            ip("netns", "delete", self.namespace(machine))

    def route(self, routes: Mapping[IPv4Network, IPv4Address]) -> None:
        """Give whoever needs them exactly these routes to the nodes' pods."""
        for machine in (None, *self._machines):
            place = () if machine is None else ("-n", self.namespace(machine))
            for destination, gateway in self._routes.items():
                if destination not in routes and self._needs_route(machine, gateway):
                    ip(*place, "route", "delete", str(destination))
            for destination, gateway in routes.items() - self._routes.items():
                if self._needs_route(machine, gateway):
                    ip(*place, "route", "replace", str(destination), "via", str(gateway))
        self._routes = dict(routes)

    def _needs_route(self, machine: str | None, gateway: IPv4Address) -> bool:
        """Whether a machine, None being the router, reaches pods behind this gateway by our routes."""
        if machine in (None, CONTROL_PLANE):
            return True
        return self._routes_on_nodes and self._machines[machine] != gateway

    def stop(self) -> None:
        """Remove the bridge; the machines must be detached."""
        self._routes = {}
        if _exists(self._bridge):
            ip("link", "delete", self._bridge)

    def _link(self, machine: str) -> str:
        """The router's end of a machine's wire: unique, within the 15 characters of the kernel."""
        return "v" + hashlib.sha256(self.namespace(machine).encode()).hexdigest()[:12]

    def _on_vpc(self, address: IPv4Address) -> str:
        return f"{address}/{self._spec.vpc.prefixlen}"


def _exists(link: str) -> bool:
    return link in (name for _, name in socket.if_nameindex())
