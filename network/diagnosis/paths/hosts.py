"""A public or internal host, from its name to the pods behind its routes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.applications import Application, Route
from network.config.applications.host_patterns import fits, is_expression, is_pattern, is_wildcard
from network.config.applications.reached import external_services, workload_ports
from network.config.entry_points import HTTP, Balancer
from network.config.errors import path_of
from network.config.model import Location
from network.config.platform import TRAEFIK
from network.config.zones import DeclaredZone, zone_of, zones
from network.diagnosis.links import entrypoint, load_balancer, names, policies, routes, served
from network.diagnosis.links.pods import running
from network.diagnosis.links.services import declared_as
from network.diagnosis.paths import workloads
from network.diagnosis.paths.stack import Peer, Stack
from network.diagnosis.walk import Link, Path
from network.diagnosis.wants import KINDS, ROUTING
from network.live.balancers import sources
from network.plan.certificates import served as served_certificates
from network.plan.ingress.entrypoints import listeners
from network.plan.ingress.load_balancer import service_name
from network.plan.model.kubernetes import Manifest
from network.plan.model.peers import TRAEFIK as TRAEFIK_PODS
from network.plan.model.traefik import router_name
from network.reachability import PortSet

WITHIN_A_WILDCARD = "doctor"
"""Label by which a name of a wildcard is asked that has no `probe.host`."""


@dataclass(frozen=True)
class Way:
    """A route for one of its hosts, and the name by which that is asked."""

    host: str
    """A name."""
    pattern: str
    """As the route has it."""
    index: int
    """Of its rule in the IngressRoute."""
    application: str
    name: str
    route: Route

    @property
    def location(self) -> Location:
        """Where the stack file has the route."""
        return ("applications", self.application, "routes", self.name)


def ways(config: StackConfig) -> Iterator[Way]:
    """Yield every route for each host that can be asked: of an expression without `probe.host` nobody knows a
    name."""
    for application, declared in config.applications.items():
        for name, route in declared.routes.items():
            for index, pattern in enumerate(route.all_hosts):
                host = _asked(pattern, route.probe.host)
                if host is not None:
                    yield Way(host, pattern, index, application, name, route)


def _asked(pattern: str, probed: str | None) -> str | None:
    if not is_pattern(pattern):
        return pattern
    if probed is not None and fits(pattern, probed):
        return probed
    return f"{WITHIN_A_WILDCARD}.{pattern[2:]}" if is_wildcard(pattern) else None


def ways_to(config: StackConfig, host: str) -> list[Way]:
    """Return the routes that serve a host: a name goes before an expression, and that before a wildcard."""
    known = [
        Way(host, pattern, index, application, name, route)
        for application, declared in config.applications.items()
        for name, route in declared.routes.items()
        for index, pattern in enumerate(route.all_hosts)
        if fits(pattern, host)
    ]
    kinds = (lambda p: not is_pattern(p), is_expression, is_wildcard)
    return next((found for kind in kinds if (found := [way for way in known if kind(way.pattern)])), [])


def path(stack: Stack, host: str, found: list[Way]) -> Path:
    """Return the links of a host, with a branch for each of the routes."""
    balancer: Balancer = found[0].route.load_balancer
    stack.wants.hosts.setdefault(host, set())
    return Path(
        [
            *_name(stack, host, balancer),
            *_front(stack, host, balancer),
            *_traefik(stack, host, balancer),
            certificate(stack, host),
        ],
        [_route(stack, way) for way in found],
    )


def _name(stack: Stack, host: str, balancer: Balancer) -> Iterator[Link]:
    zone = zone_of(host, zones(stack.config.external.dns))
    if zone is not None:
        stack.wants.zone_of[host] = zone.name
        yield delegation(stack, zone)
    ipv6 = balancer == "public" and stack.config.ingress.load_balancer.ipv6
    name = _load_balancer(stack.config, balancer)
    if balancer == "public" and host in stack.everywhere:
        stack.wants.balancers = True
        yield names.global_record(host, stack.everywhere[host], name, service_name(balancer))
        return
    declared = path_of(_record(stack.config, host))
    within = None if zone is None else zone.name
    yield names.record(host, within, balancer, name, service_name(balancer), ipv6=ipv6, declared=declared)


def delegation(stack: Stack, zone: DeclaredZone) -> Link:
    """Return the link of a zone's delegation."""
    stack.wants.zones.add(zone.name)
    declared = path_of((*zone.location, "zone"))
    return names.delegation(zone.name, declared, ours=zone.says.provider == "digitalocean")


def _record(config: StackConfig, host: str) -> Location:
    """Return where the stack file declares a host's record: that of another's zone nowhere."""
    zone = zone_of(host, zones(config.external.dns))
    if zone is None:
        return ()
    relative = "@" if host == zone.name else zone.relative(host)
    for key, hosts in (("hosts", zone.says.hosts), ("internalHosts", zone.says.internal_hosts)):
        for index, each in enumerate(hosts):
            if each == relative or (each.startswith("*.") and relative.partition(".")[2] == each[2:]):
                return (*zone.location, key, index)
    return (*zone.location, "apex" if relative == "@" else "wildcard")


def _load_balancer(config: StackConfig, balancer: Balancer) -> str:
    internal = config.ingress.internal_load_balancer
    return (
        internal.name
        if balancer == "internal" and internal is not None
        else config.ingress.load_balancer.name
    )


def _front(stack: Stack, host: str, balancer: Balancer) -> Iterator[Link]:
    ingress = stack.config.ingress
    public = balancer == "public"
    check = ingress.load_balancer.health_check
    internal = ingress.internal_load_balancer
    ranges = ingress.load_balancer.source_ranges if public or internal is None else internal.source_ranges
    stack.wants.balancers = True
    stack.wants.traefik(*stack.policy_kinds)
    front = load_balancer.Front(
        name=_load_balancer(stack.config, balancer),
        type=ingress.load_balancer.type if public else "REGIONAL",
        proxy_protocol=ingress.load_balancer.proxy_protocol or not public,
        service=service_name(balancer),
        ports=[
            (each.inside.protocol, each.outside)
            for each in listeners(stack.config)
            if each.load_balancer == balancer
        ],
        check={
            "check_interval_seconds": check.interval_seconds,
            "response_timeout_seconds": check.response_timeout_seconds,
            "unhealthy_threshold": check.unhealthy_threshold,
            "healthy_threshold": check.healthy_threshold,
        },
        node_local=ingress.external_traffic_policy == "Local",
        sources=sources(ranges),
        is_reached_from_everywhere=public and not ranges,
        declared=path_of(("ingress", "loadBalancer" if public else "internalLoadBalancer", "name")),
    )
    yield load_balancer.balancer(front, host)
    yield load_balancer.node_check(front)
    yield load_balancer.node_port(front)


def _traefik(stack: Stack, host: str, balancer: Balancer) -> Iterator[Link]:
    config = stack.config
    yield policies.in_force("ingress-policy", TRAEFIK, stack.policies)
    least = config.ingress.scale.min_replicas
    yield running(
        "traefik", "traefik/traefik", TRAEFIK, TRAEFIK_PODS.labels, "ingress.scale.minReplicas", least
    )
    public = balancer == "public"
    trusting = config.ingress.load_balancer.proxy_protocol or not public
    yield entrypoint.answering(
        host,
        list(HTTP[balancer]),
        [str(config.external.vpc.ip_range)] if trusting else [],
        redirects=not public or config.traffic.web_chain is None,
        reached=public and not config.ingress.load_balancer.source_ranges,
    )


def certificate(stack: Stack, host: str) -> Link:
    """Return the link of the certificate that is served for a host."""
    settings = stack.config.certificates
    name = dict(served_certificates(stack.config)).get(host)
    bought = settings.bought.get(name or "")
    named = settings.named.get(name or "")
    issuer = settings.issuer if named is None or named.issuer is None else named.issuer
    location: Location = ("certificates", "wildcard")
    if bought is not None or named is not None:
        location = ("certificates", "named" if bought is None else "bought", str(name))
    return served.certificate(
        host,
        name,
        None if bought is None else bought.ends,
        trusted=bought is not None or issuer == "production",
        declared=path_of(location),
    )


def _route(stack: Stack, way: Way) -> Path:
    application = stack.config.applications[way.application]
    namespace = stack.namespace_of(way.application)
    stack.wants.namespace(namespace, *KINDS, *ROUTING, *stack.policy_kinds)
    stack.wants.routers = True
    routed = of_way(stack, way)
    if routed.path:
        stack.wants.hosts.setdefault(way.host, set()).add(routed.path)
    links = [routes.router(routed)]
    if routed.middlewares:
        links.append(routes.middlewares(routed))
    if balancing := _balancing(stack, way):
        links.append(declared_as(routed.name, balancing, routed.declared))
    return Path(
        links,
        [
            *(_backend(stack, way.application, *each) for each in workload_ports(application, way.route)),
            *(_outside(stack, way.application, each) for each in external_services(application, way.route)),
        ],
        [routes.answer(routed)] if routed.path else [],
    )


def of_way(stack: Stack, way: Way) -> routes.Routed:
    """Return a route as its links need it."""
    plan = next(each for each in stack.plan.applications if each.name == way.application)
    manifest = next(each for each in plan.routes if each["metadata"]["name"] == way.name)
    return routes.Routed(
        name=f"{way.application}/{way.name}",
        host=way.host,
        path=_path(way.route),
        manifest=manifest,
        router=router_name(manifest["metadata"]["namespace"], way.name, way.index),
        middlewares=[*_passed(stack, way.route), *plan.middlewares],
        declared=path_of(way.location),
    )


def _path(route: Route) -> str:
    """Return the path of a GET that comes to the route, empty if there is none."""
    askable = route.path_regexp is None or route.probe.path is not None
    if not askable or route.asks_more or not route.accepts("GET") or route.client_ca is not None:
        return ""
    return route.probe.path or route.path or route.path_prefix


def _passed(stack: Stack, route: Route) -> Iterator[Manifest]:
    traffic = stack.plan.traffic
    chains = stack.config.traffic.chains_of(route)
    links = {link.name for link in stack.config.traffic.passed_to(route)}
    yield from (each for each in traffic.chains if each["metadata"]["name"] in chains)
    yield from (each for each in traffic.middlewares if each["metadata"]["name"] in links)


def _balancing(stack: Stack, way: Way) -> list[Manifest]:
    """Return the TraefikServices that a route's requests pass."""
    plan = next(each for each in stack.plan.applications if each.name == way.application)
    known = {each["metadata"]["name"]: each for each in plan.balancing}
    found: dict[str, Manifest] = {}
    pending = [way.route.service] if way.route.service in known else []
    while pending:
        name = str(pending.pop())
        if name not in found:
            found[name] = known[name]
            pending += [each for each in _referred(known[name]["spec"]) if each in known]
    return list(found.values())


def _referred(spec: Any) -> Iterator[str]:
    if isinstance(spec, Mapping):
        if spec.get("kind") == "TraefikService":
            yield spec["name"]
        for value in spec.values():
            yield from _referred(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _referred(value)


def _backend(stack: Stack, application: str, workload: str, port: str) -> Path:
    peer = stack.peers[f"{stack.namespace_of(application)}/{workload}"]
    number = stack.config.applications[application].workloads[workload].ports[port].port
    name = workloads.name(peer)
    return Path(
        [
            *workloads.service(stack, peer),
            *workloads.ready_endpoints(stack, peer, [number]),
            policies.between(
                "traefik/traefik",
                name,
                f"{number}/TCP",
                [peer.pods.namespace],
                stack.policies,
                lambda: stack.verdict("traefik/traefik", name, PortSet.of("TCP", number)),
                path_of((*peer.location, "ports", port)),
            ),
            workloads.pods(stack, peer),
            stack.dependencies(name, stack.flows_of(peer.pods), _talks(peer)),
        ]
    )


def _talks(peer: Peer) -> Location:
    return ("applications", str(peer.application), "talksTo", str(peer.workload))


def _outside(stack: Stack, application: str, external: str) -> Path:
    plan = next(each for each in stack.plan.applications if each.name == application)
    declared: Application = stack.config.applications[application]
    services = [each for each in plan.services if each["metadata"]["name"] == external]
    location: Location = ("applications", application, "externalServices", external)
    flows = [each for each in stack.plan.flows if each.name == f"traefik-to-{application}-{external}"]
    subject = f"{application}/{external}"
    return Path(
        [
            declared_as(subject, services, path_of(location)),
            stack.dependencies(declared.external_services[external].host, flows, location),
        ]
    )
