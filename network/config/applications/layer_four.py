"""Connections and packets that Traefik passes on without looking into them (ING-8): ssh, databases, games."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.applications.workloads import Workload
from network.config.hosts import SniHost
from network.config.model import Finding, Location, Model, repeated
from network.config.names import Name, PortName
from network.config.nearest import unknown
from network.config.ranges import AllowedClients


class TcpAllowList(Model):
    """Only these ranges may connect."""

    source_range: tuple[AllowedClients, ...] = Field(min_length=1)
    """Ranges of clients' addresses; everybody else's connection is closed."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("sourceRange", self.source_range)


class InFlightConn(Model):
    """How many connections one client may have at a time."""

    amount: int = Field(ge=1, le=1_000_000)
    """Per client's address and replica of Traefik; more are closed at once."""


class ProxyProtocol(Model):
    """A header before the client's first byte that tells the workload the client's address."""

    version: Literal[1, 2]
    """1 is text, 2 binary; the workload must expect the same."""


class UdpRoute(Model):
    """Packets to a port of a workload. Traefik has no limits and no allow list for UDP."""

    entry_point: PortName
    """One of `ingress.entryPoints`; its only route."""
    workload: Name
    """Of the same application."""
    port: PortName
    """Name of one of the workload's ports."""


class TcpRoute(UdpRoute):
    """Connections to a port of a workload."""

    hosts: tuple[SniHost, ...] = ()
    """Server names by which TLS clients ask for it: several routes share an entrypoint so. Without any, it
    takes every connection, and is the entrypoint's only route. PostgreSQL's way to ask for TLS is known too;
    MySQL's is not, since its server speaks first."""
    passthrough: bool = False
    """Leave TLS to the workload, with a certificate of its own; else Traefik ends it with that of the host,
    and the workload is spoken to in plain text. Needs hosts."""
    ip_allow_list: TcpAllowList | None = None
    in_flight_conn: InFlightConn | None = None
    proxy_protocol: ProxyProtocol | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("hosts", self.hosts)
        if self.passthrough and not self.hosts:
            yield Finding(
                ("passthrough",),
                "without hosts Traefik does not look for TLS: everything passes as it is",
                "remove passthrough, or name the hosts",
            )


def findings(
    tcp: Mapping[Name, TcpRoute], udp: Mapping[Name, UdpRoute], workloads: Mapping[Name, Workload]
) -> Iterator[Finding]:
    """Yield what the routes of one application name that it does not have."""
    for key, protocol, routes in (("tcpRoutes", "TCP", tcp), ("udpRoutes", "UDP", udp)):
        for name, route in routes.items():
            yield from _backend((key, name), route, protocol, workloads)


def _backend(
    here: Location, route: UdpRoute, protocol: str, workloads: Mapping[Name, Workload]
) -> Iterator[Finding]:
    if route.workload not in workloads:
        yield unknown((*here, "workload"), "workload", route.workload, workloads)
        return
    ports = workloads[route.workload].ports
    if route.port not in ports:
        yield unknown((*here, "port"), "port of the workload", route.port, ports)
    elif ports[route.port].protocol != protocol:
        yield Finding(
            (*here, "port"),
            f"it listens for {ports[route.port].protocol}, and {here[0]} carry {protocol}",
            f"name a port of {protocol}",
        )
    elif ports[route.port].end_port is not None:
        yield Finding((*here, "port"), "it is a range, of which no Service has a port", "name a single port")
