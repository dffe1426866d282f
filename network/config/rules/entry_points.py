"""Entrypoints beside those of HTTP, and the routes that use them (ING-8)."""

from collections.abc import Iterator
from dataclasses import dataclass

from network.config.applications import Application
from network.config.applications.layer_four import TcpRoute, UdpRoute
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.nearest import unknown

Applications = dict[str, Application]


@dataclass(frozen=True)
class _Placed:
    """A route and where it stands."""

    location: Location
    route: UdpRoute

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{self.location[1]}.{self.location[3]}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Server names that it is for; none takes every connection."""
        return self.route.hosts if isinstance(self.route, TcpRoute) else ()


def _routes(applications: Applications) -> Iterator[_Placed]:
    for name, application in applications.items():
        for key, routes in (("tcpRoutes", application.tcp_routes), ("udpRoutes", application.udp_routes)):
            for route_name, route in routes.items():
                yield _Placed(("applications", name, key, route_name), route)


def routes_have_their_entry_points(ingress: Ingress, applications: Applications) -> Iterator[Finding]:
    """Without its entrypoint nothing comes to a route."""
    for each in _routes(applications):
        here = (*each.location, "entryPoint")
        entry_point = ingress.entry_points.get(each.route.entry_point)
        if entry_point is None:
            yield unknown(here, "entrypoint", each.route.entry_point, ingress.entry_points)
        elif entry_point.protocol not in str(each.location[2]).upper():
            yield Finding(
                here,
                f"entrypoint {each.route.entry_point} carries {entry_point.protocol}",
                f"declare the route in {entry_point.protocol.lower()}Routes, or name another entrypoint",
            )


def connections_find_one_route(applications: Applications) -> Iterator[Finding]:
    """A connection shows its server name at most; of two routes that take it Traefik uses either."""
    known: dict[str, list[_Placed]] = {}
    for each in _routes(applications):
        for other in known.setdefault(each.route.entry_point, []):
            if not each.hosts and not other.hosts:
                yield Finding(
                    (*each.location, "entryPoint"),
                    f"route {other.title} takes every connection to {each.route.entry_point}",
                    "give it an entrypoint of its own"
                    + (", or name hosts in both" if isinstance(each.route, TcpRoute) else ""),
                )
            elif not each.hosts or not other.hosts:
                yield Finding(
                    (*each.location, "entryPoint"),
                    f"route {other.title} tells connections to {each.route.entry_point} apart by the name "
                    "that TLS clients ask for, or the other way round: until a client has spoken, nothing is "
                    "passed on, and servers that speak first, as ssh's, would wait for ever",
                    "give it an entrypoint of its own",
                )
            elif both := set(each.hosts) & set(other.hosts):
                yield Finding(
                    (*each.location, "hosts"),
                    f"route {other.title} has {min(both)} on {each.route.entry_point} too",
                    "remove the host in one of them",
                )
        known[each.route.entry_point].append(each)


def entry_points_are_used(ingress: Ingress, applications: Applications) -> Iterator[Finding]:
    """Warn of open ports behind which nobody answers."""
    used = {each.route.entry_point for each in _routes(applications)}
    for name in ingress.entry_points:
        if name not in used:
            yield Finding(
                ("ingress", "entryPoints", name),
                "no tcpRoute or udpRoute uses it: whoever connects is left without an answer",
                "declare one, or remove it",
            )
