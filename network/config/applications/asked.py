"""Hosts that clients ask for, by HTTP and by the server name of TLS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from network.config.applications.application import Application
from network.config.applications.host_patterns import fits, is_pattern
from network.config.entry_points import Balancer, EntryPoint
from network.config.model import Location


@dataclass(frozen=True)
class AskedHost:
    """A host of a route, where the stack file says so."""

    location: Location
    host: str
    """A name, a wildcard or an expression."""
    name: str | None
    """One name that clients ask for: the host itself, or of the many the one that probes ask for, if any."""
    load_balancer: Balancer = "public"
    """Which one leads to a route of HTTP."""
    entry_point: str | None = None
    """Of a TCP route: it says which load balancer leads there."""
    has_certificate: bool = True
    """Whether Traefik shows a certificate for it: a TCP route that passes TLS through leaves that to its
    workload."""

    def is_internal(self, entry_points: Mapping[str, EntryPoint]) -> bool:
        """Whether the internal load balancer leads to it."""
        if self.entry_point in entry_points:
            return entry_points[str(self.entry_point)].load_balancer == "internal"
        return self.load_balancer == "internal"


def asked_hosts(applications: Mapping[str, Application]) -> Iterator[AskedHost]:
    """Yield every host of every route."""
    for name, application in applications.items():
        for route_name, route in application.routes.items():
            here: Location = ("applications", name, "routes", route_name)
            for key, host in route.located_hosts():
                yield AskedHost((*here, *key), host, _name(host, route.probe.host), route.load_balancer)
        for route_name, tcp in application.tcp_routes.items():
            for index, host in enumerate(tcp.hosts):
                place: Location = ("applications", name, "tcpRoutes", route_name, "hosts", index)
                yield AskedHost(
                    place, host, host, entry_point=tcp.entry_point, has_certificate=not tcp.passthrough
                )


def _name(host: str, probed: str | None) -> str | None:
    if not is_pattern(host):
        return host
    return probed if probed is not None and fits(host, probed) else None
