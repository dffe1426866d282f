"""Routes: requests that reach the route that is meant, by the way that is meant (ING-2)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from network.config.applications import Application, Route
from network.config.applications.host_patterns import covers as covers_host
from network.config.applications.host_patterns import is_expression, is_pattern, is_wildcard
from network.config.applications.host_patterns import overlap as overlap_of_hosts
from network.config.applications.matching import covers, overlap, priority
from network.config.applications.reached import workload_ports
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.nearest import unknown
from network.config.traffic import Traffic
from network.config.traffic.roles import Guard

Applications = dict[str, Application]


BODILESS = {"GET", "HEAD", "OPTIONS"}
"""Methods whose requests have no body."""


MOST_TOLD = 3
"""Collisions of one route that are told: of many routes alike there are as many as pairs."""


def located(applications: Applications) -> Iterator[tuple[Location, Route]]:
    """Yield every route, with where it stands."""
    for name, application in applications.items():
        for route_name, route in application.routes.items():
            yield ("applications", name, "routes", route_name), route


def routes_do_not_collide(applications: Applications) -> Iterator[Finding]:
    """Of two routes that fit a request Traefik takes the one of higher priority, or either."""
    by_host: defaultdict[str, dict[str, _Prioritized]] = defaultdict(dict)
    told: Counter[tuple[str, str]] = Counter()
    for here, route in located(applications):
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
    yield from _of_overlapping_hosts(by_host)


def _of_overlapping_hosts(by_host: Mapping[str, Mapping[str, "_Prioritized"]]) -> Iterator[Finding]:
    """Yield collisions of routes of different hosts that share names, as a wildcard does with those below."""
    patterns = [host for host in by_host if is_pattern(host)]
    told: Counter[str] = Counter()
    for pattern in patterns:
        for host, prioritized in by_host.items():
            # Two patterns meet once.
            if (
                host == pattern
                or (is_pattern(host) and host < pattern)
                or not overlap_of_hosts(host, pattern)
            ):
                continue
            for (one, at), (other, there) in product(
                ((each, host) for each in prioritized.values()),
                ((each, pattern) for each in by_host[pattern].values()),
            ):
                for found, subject in _collision_of_hosts(one, at, other, there):
                    told[subject.title] += 1
                    if told[subject.title] <= MOST_TOLD:
                        yield found


def _collision_of_hosts(
    one: "_Prioritized", at: str, other: "_Prioritized", there: str
) -> Iterator[tuple[Finding, "_Prioritized"]]:
    # Routes of one load balancer are unknown at the entrypoints of the other.
    if one.route.load_balancer != other.route.load_balancer or not overlap(one.route, other.route):
        return
    if one.priority == other.priority:
        yield (
            Finding(
                other.location,
                f"route {one.title} fits the same requests to names that are both {at} and {there}, with the "
                f"same priority ({one.priority}): Traefik would take either",
                "set `priority` on one of them, higher is first; or change what one of them matches",
            ),
            other,
        )
        return
    (lower, behind), (higher, before) = sorted(((one, at), (other, there)), key=lambda each: each[0].priority)
    if covers_host(before, behind) and covers(higher.route, lower.route):
        yield _unreachable(lower, higher, behind), lower


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
        f"set `priority: {max(1, higher.priority + 1)}` here, or change what one of them matches",
    )


def chains_exist(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """A route with an unknown chain would not be served at all."""
    for here, route in located(applications):
        for key, chain in (("chain", route.chain), ("defaultChain", route.default_chain)):
            if isinstance(chain, str) and chain not in traffic.chains:
                yield unknown((*here, key), "chain", chain, traffic.chains)


def default_chains_are_left_where_there_is_one(
    traffic: Traffic, applications: Applications
) -> Iterator[Finding]:
    """Whoever reads that a route leaves the default chain must be able to rely on it."""
    for here, route in located(applications):
        if route.default_chain is False and traffic.default_chain is None:
            yield Finding(
                (*here, "defaultChain"),
                "there is no default chain to leave",
                "remove it, or name one in traffic.defaultChain",
            )
        elif route.default_chain and route.default_chain == traffic.default_chain:
            yield Finding((*here, "defaultChain"), "it is every route's default chain", "remove it")


def client_ip_is_the_clients(ingress: Ingress, applications: Applications) -> Iterator[Finding]:
    """ClientIP looks at the connection's own address, which behind a CDN is the CDN's."""
    for here, route in located(applications):
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


def streams_are_not_buffered(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Warn of streams that wait for their own end: a buffer passes a body on once it is whole."""
    for here, route in located(applications):
        application = applications[str(here[1])]
        links = [traffic.middlewares[link.name] for link in traffic.passed_to(route)]
        buffered = application.buffering is not None or any(each.buffering for each in links)
        streaming = [
            workload
            for workload, port in workload_ports(application, route)
            if application.workloads[workload].ports[port].scheme == "h2c"
        ]
        if buffered and streaming:
            yield Finding(
                here,
                f"it is buffered, and {streaming[0]} speaks h2c: streams of gRPC begin when they have ended",
                "serve it without buffering: by another chain, or another application",
            )


def encoded_slashes_pass_no_guard(
    ingress: Ingress, traffic: Traffic, applications: Applications
) -> Iterator[Finding]:
    """Warn of a guard by path that an encoded slash leads around: to the next route of the same backend."""
    if not ingress.encoded_characters.allow_encoded_slash:
        return
    for here, route in located(applications):
        application = applications[str(here[1])]
        guards = _guards(traffic, route)
        if not guards or (route.path is None and route.path_regexp is None and route.path_prefix == "/"):
            continue
        behind = {workload for workload, _ in workload_ports(application, route)}
        for name, other in application.routes.items():
            same = behind & {workload for workload, _ in workload_ports(application, other)}
            shared = set(route.all_hosts) & set(other.all_hosts)
            if same and shared and guards - _guards(traffic, other):
                yield Finding(
                    here,
                    f"with encoded slashes let in, `%2F` in its path leads to route {name}, which has no "
                    f"{min(guards - _guards(traffic, other))}, and {min(same)} may read it as `/`",
                    "guard the whole host, or let the backend refuse %2F below that path",
                )
                break


def _guards(traffic: Traffic, route: Route) -> set[str]:
    return {
        link.name
        for link in traffic.passed_to(route)
        if isinstance(traffic.middlewares[link.name].kind, Guard)
    }


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


def tls_options_exist(ingress: Ingress, applications: Applications) -> Iterator[Finding]:
    """A route with unknown options would not be served at all."""
    for here, route in located(applications):
        if route.tls_options is not None and route.tls_options not in ingress.tls_options:
            yield unknown((*here, "tlsOptions"), "TLS option", route.tls_options, ingress.tls_options)


def hosts_agree_on_tls(applications: Applications) -> Iterator[Finding]:
    """TLS is settled by host, before a request is read. Of two routes that differ Traefik serves neither."""
    settled: dict[str, tuple[Location, str | None]] = {}
    for here, route in located(applications):
        for host in route.all_hosts:
            there, others = settled.setdefault(host, (here, route.tls_options))
            if others != route.tls_options:
                yield Finding(
                    (*here, *(() if route.tls_options is None else ("tlsOptions",))),
                    f"route {_title(there)} of {host} has " + (f"tlsOptions {others}" if others else "none"),
                    "let all routes of a host name the same tlsOptions, or none",
                )
    # Of names as long as their wildcard Traefik settles either's; an expression settles nothing, so a
    # wildcard that holds its names does, and the request is then refused (421).
    for here, route in located(applications):
        for host in route.all_hosts:
            for wildcard, (there, _) in settled.items():
                if not is_wildcard(wildcard) or host == wildcard or not overlap_of_hosts(host, wildcard):
                    continue
                wide = applications[str(there[1])].routes[str(there[3])]
                if wide.load_balancer != route.load_balancer:
                    continue
                alike = (wide.tls_options, wide.client_ca) == (route.tls_options, route.client_ca)
                if not alike and (is_expression(host) or len(host) <= len(wildcard)):
                    yield Finding(
                        here,
                        f"which TLS {host} gets is settled by route {_title(there)} of {wildcard}, too",
                        "let both agree on clientCA and tlsOptions, or give the host a longer name",
                    )


def hosts_ask_all_clients_alike(applications: Applications) -> Iterator[Finding]:
    """TLS is settled by host, before a request is read. Of two routes that differ Traefik serves neither."""
    settled: dict[str, tuple[Location, tuple[str, ...]]] = {}
    for here, route in located(applications):
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
