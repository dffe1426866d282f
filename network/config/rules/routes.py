"""Routes: hosts that have certificates and resolve, requests that reach the route that is meant (ING-2)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from network.config.applications import Application, Route
from network.config.applications.matching import covers, overlap, priority
from network.config.applications.reached import workload_ports
from network.config.certificates import Certificates
from network.config.external import External
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.nearest import unknown
from network.config.rules import certificates as covering
from network.config.traffic import Traffic

Applications = dict[str, Application]


BODILESS = {"GET", "HEAD", "OPTIONS"}
"""Methods whose requests have no body."""


MOST_TOLD = 3
"""Collisions of one route that are told: of many routes alike there are as many as pairs."""


def _routes(applications: Applications) -> Iterator[tuple[Location, Route]]:
    for name, application in applications.items():
        for route_name, route in application.routes.items():
            yield ("applications", name, "routes", route_name), route


def routes_do_not_collide(applications: Applications) -> Iterator[Finding]:
    """Of two routes that fit a request Traefik takes the one of higher priority, or either."""
    by_host: defaultdict[str, dict[str, _Prioritized]] = defaultdict(dict)
    told: Counter[tuple[str, str]] = Counter()
    for here, route in _routes(applications):
        for host in dict.fromkeys(route.all_hosts):
            latter = _Prioritized(here, route, priority(host, route))
            for former in by_host[host].values():
                for found, subject in _collision(host, former, latter):
                    told[host, subject.title] += 1
                    if told[host, subject.title] <= MOST_TOLD:
                        yield found
                if told[host, latter.title] >= MOST_TOLD:
                    break
            by_host[host][latter.title] = latter


@dataclass(frozen=True)
class _Prioritized:
    """A route and the priority of its rule for one host."""

    location: Location
    route: Route
    priority: int

    @property
    def title(self) -> str:
        """What messages call it."""
        return _title(self.location)


def _collision(
    host: str, former: _Prioritized, latter: _Prioritized
) -> Iterator[tuple[Finding, _Prioritized]]:
    """Yield what is wrong with two routes, and with which."""
    if not overlap(latter.route, former.route):
        return
    if latter.priority == former.priority:
        yield (
            Finding(
                latter.location,
                f"route {former.title} fits the same requests to {host} with the same priority "
                f"({latter.priority}): Traefik would take either",
                "set `priority` on one of them, higher is first; or change what one of them matches",
            ),
            latter,
        )
        return
    lower, higher = sorted((former, latter), key=lambda each: each.priority)
    if covers(higher.route, lower.route):
        yield _unreachable(lower, higher, host), lower


def _title(location: Location) -> str:
    return f"{location[1]}.{location[3]}"


def _unreachable(lower: _Prioritized, higher: _Prioritized, host: str) -> Finding:
    return Finding(
        lower.location,
        f"no request to {host} reaches it: route {higher.title} fits them all, and its priority "
        f"{higher.priority} is above {lower.priority}",
        f"set `priority: {higher.priority + 1}` here, or change what one of them matches",
    )


def hosts_are_covered(
    external: External, certificates: Certificates, applications: Applications
) -> Iterator[Finding]:
    """A host without a certificate is refused by Traefik (sniStrict) or shows a wrong one."""
    names = covering.covered_names(certificates, external.dns)
    for here, route in _routes(applications):
        for key, host in _located_hosts(route):
            if not any(covering.covers(pattern, host) for pattern in names):
                yield Finding(
                    (*here, *key),
                    "no certificate covers the host (a wildcard covers one label)",
                    f"use a host directly in {external.dns.zone}, or add a certificate to certificates.named",
                )


def hosts_resolve(external: External, applications: Applications) -> Iterator[Finding]:
    """A record leads to each host of the zone; the wildcard does not answer for names at or below one that
    exists (RFC 4592)."""
    dns = external.dns
    existing = {upper for host in dns.hosts for upper in _with_ancestors(host)}
    for here, route in _routes(applications):
        for key, host in _located_hosts(route):
            relative = host.removesuffix(f".{dns.zone}")
            if host == dns.zone and not dns.apex:
                yield Finding(
                    (*here, *key), "no record leads to the zone itself", "remove `apex: false` from dns"
                )
            if relative in (host, *dns.hosts):
                continue
            if not dns.wildcard:
                yield Finding((*here, *key), "no record leads to it", f"add {relative} to external.dns.hosts")
                continue
            shadow = next((h for h in _with_ancestors(relative) if h in existing), None)
            if shadow:
                yield Finding(
                    (*here, *key),
                    f"the wildcard record does not answer for it, since dns.hosts makes {shadow} exist",
                    f"add {relative} to external.dns.hosts",
                )


def _located_hosts(route: Route) -> Iterator[tuple[Location, str]]:
    yield ("host",), route.host
    for index, host in enumerate(route.hosts):
        yield ("hosts", index), host


def _with_ancestors(host: str) -> list[str]:
    """Return a relative host and each name between it and the zone."""
    labels = host.split(".")
    return [".".join(labels[index:]) for index in range(len(labels))]


def chains_exist(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """A route with an unknown chain would not be served at all."""
    for here, route in _routes(applications):
        if route.chain is not None and route.chain not in traffic.chains:
            yield unknown((*here, "chain"), "chain", route.chain, traffic.chains)


def client_ip_is_the_clients(ingress: Ingress, applications: Applications) -> Iterator[Finding]:
    """ClientIP looks at the connection's own address, which behind a CDN is the CDN's."""
    for here, route in _routes(applications):
        if route.client_ip and ingress.cdn_ranges:
            yield Finding(
                (*here, "clientIp"),
                "behind a CDN (ingress.cdnRanges) every connection comes from the CDN's addresses",
                "use an ipAllowList with `ipStrategy: { depth: 1 }` in the route's chain",
            )


def grpc_is_spoken(applications: Applications) -> Iterator[Finding]:
    """Warn of a port whose name promises HTTP/2 and to which Traefik speaks HTTP/1.1."""
    for name, application in applications.items():
        routed = {
            each for route in application.routes.values() for each in workload_ports(application, route)
        }
        for workload, port in sorted(routed):
            declared = application.workloads[workload].ports[port]
            if declared.scheme is None and re.fullmatch(r"(grpc|h2c|http2)(?!-web)(-.*)?", port):
                yield Finding(
                    ("applications", name, "workloads", workload, "ports", port),
                    f"Traefik speaks HTTP/1.1 to a port without scheme, also if it is called {port}",
                    "add `scheme: h2c`, or `scheme: http` if HTTP/1.1 is meant",
                )


def copies_carry_their_bodies(applications: Applications) -> Iterator[Finding]:
    """Warn of copies that announce a body and bring none."""
    for name, application in applications.items():
        for service_name, service in application.services.items():
            naming = [route for route in application.routes.values() if route.service == service_name]
            bodiless = naming and all(r.methods and set(r.methods) <= BODILESS for r in naming)
            if service.mirroring is not None and not service.mirroring.mirror_body and not bodiless:
                yield Finding(
                    ("applications", name, "services", service_name, "mirroring", "mirrorBody"),
                    "a copy keeps the Content-Length of its request: without the body each copy of a POST or "
                    "PUT fails",
                    "remove it, or let only routes with `methods: [GET, HEAD]` name the service",
                )


def hosts_ask_all_clients_alike(applications: Applications) -> Iterator[Finding]:
    """TLS is settled by host, before a request is read. Of two routes that differ Traefik serves neither."""
    settled: dict[str, tuple[Location, tuple[str, ...]]] = {}
    for here, route in _routes(applications):
        wanted = () if route.client_ca is None else (str(here[1]), route.client_ca)
        for host in route.all_hosts:
            there, others = settled.setdefault(host, (here, wanted))
            if others != wanted:
                yield Finding(
                    (*here, *(() if route.client_ca is None else ("clientCA",))),
                    f"route {_title(there)} of {host} asks for "
                    + (f"certificates of {'.'.join(others)}" if others else "no certificate"),
                    "let all routes of a host name one clientCA of one application, or none",
                )
