"""The load balancers: as their Services ask for them, and those as they are planned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.entry_points import Balancer
from network.config.ingress import HealthCheck, InternalLoadBalancer, LoadBalancer
from network.config.platform import TRAEFIK
from network.live.balancers import let_in, sources
from network.live.cluster import Object
from network.live.finding import Finding
from network.plan.ingress import load_balancer as services
from network.plan.ingress.entrypoints import listeners
from network.verification.cluster import Own, the_one
from network.verification.nodes import nodes_of
from network.verification.reading import LOAD_BALANCERS, SERVICES, Objects, Reading
from network.verification.row import Behind, Check, Judged, Look, both, derived, listed, switched

ID = "kubernetes.digitalocean.com/load-balancer-id"
"""Annotation by which DigitalOcean's controller knows the load balancer of a Service."""
KUBE_PROXY_HEALTH = 10256
"""Where kube-proxy, or what stands in its place, tells how it is."""

_BACK = (
    "the controller sets it again when the Service changes: `kubectl --namespace=traefik annotate service "
    "traefik touched=now`, then remove that annotation; find out who changed it"
)
_ANEW = (
    "it is never changed: write what it has, or let it go with its Service and have another made, with "
    "another address and without answers meanwhile"
)
BALANCER = Check(
    "load-balancer",
    "one load balancer of the planned name is in the account, and active",
    LOAD_BALANCERS,
    "none: `kubectl --namespace=traefik describe service traefik` says why. Several: the controller takes "
    "the first, so give this one a name of its own",
)
SERVICE = Check(
    "load-balancer-service",
    "the Service knows this load balancer, and tells its addresses",
    SERVICES,
    "another Service may have taken it by its name: look for its id in `kubectl get services -A -o yaml`",
)
ANNOTATIONS = Check(
    "load-balancer-annotations",
    "the Service asks for what is planned",
    SERVICES,
    "`pulumi up` sets them again; find out who changed them",
)
KIND = Check(
    "load-balancer-kind",
    "its type, network and IP versions are the planned ones",
    LOAD_BALANCERS,
    _ANEW,
)
SIZE = Check("load-balancer-size", "it has the planned number of nodes", LOAD_BALANCERS, _BACK)
PROXY = Check(
    "load-balancer-proxy",
    "it sends PROXY headers, or not, as planned: Traefik believes them or takes them for garbage",
    LOAD_BALANCERS,
    _BACK,
)
RULES = Check(
    "load-balancer-rules",
    "it listens on the planned ports alone, and each leads to the NodePort of the Service",
    f"{LOAD_BALANCERS}; {SERVICES}",
    _BACK,
)
CHECK = Check(
    "load-balancer-check",
    "it asks nodes whether they have a ready pod, as often as planned",
    f"{LOAD_BALANCERS}; {SERVICES}",
    _BACK,
)
NODES = Check(
    "load-balancer-nodes",
    "behind it are the nodes of the cluster, and no other Droplets",
    LOAD_BALANCERS,
    _BACK,
)
PLACE = Check(
    "load-balancer-vpc",
    "it stands in the cluster's VPC, from where it reaches the nodes",
    LOAD_BALANCERS,
    _ANEW,
)
SOURCES = Check(
    "load-balancer-sources", "it lets in whom the stack file names, or everybody", LOAD_BALANCERS, _BACK
)
IDLE = Check("load-balancer-idle", "it keeps idle connections as long as planned", LOAD_BALANCERS, _BACK)
CHECKS = (
    BALANCER,
    SERVICE,
    ANNOTATIONS,
    KIND,
    SIZE,
    PROXY,
    RULES,
    CHECK,
    NODES,
    PLACE,
    SOURCES,
    IDLE,
)


@dataclass(frozen=True)
class _Planned:
    """One load balancer, as it is declared."""

    balancer: Balancer
    key: str
    """Where the stack file has it."""
    settings: LoadBalancer | InternalLoadBalancer
    check: HealthCheck
    idle_seconds: int
    annotations: Mapping[str, str]

    @property
    def public(self) -> LoadBalancer | None:
        """The settings that an internal one does not have."""
        return self.settings if isinstance(self.settings, LoadBalancer) else None


def planned(config: StackConfig) -> tuple[_Planned, ...]:
    """Return the stack's load balancers."""
    public = config.ingress.load_balancer
    values = services.service(config)
    given = {"public": values["annotations"]}
    for name, each in values.get("additionalServices", {}).items():
        given[name] = each["annotations"]
    of: dict[Balancer, tuple[str, LoadBalancer | InternalLoadBalancer | None]] = {
        "public": ("ingress.loadBalancer", public),
        "internal": ("ingress.internalLoadBalancer", config.ingress.internal_load_balancer),
    }
    return tuple(
        _Planned(
            balancer, key, settings, public.health_check, public.http_idle_timeout_seconds, given[balancer]
        )
        for balancer in config.ingress.balancers
        for key, settings in [of[balancer]]
        if settings is not None
    )


def live(reading: Reading, name: str) -> Look[Object]:
    """Return the load balancer of a name."""
    return the_one(reading.load_balancers, name, "load balancer")


def findings(config: StackConfig, reading: Reading, it: Own, vpc: Look[Object]) -> Iterator[Finding]:
    """Yield the rows of each load balancer."""
    for each in planned(config):
        yield from _of_one(config, reading, it, vpc, each)


def _of_one(
    config: StackConfig, reading: Reading, it: Own, vpc: Look[Object], asked: _Planned
) -> Iterator[Finding]:
    name = asked.settings.name
    subject = f"load balancer {name}"
    found = live(reading, name)
    service = _service(it.inside(reading.services), services.service_name(asked.balancer))
    yield BALANCER.row(subject, "one, active", f"{asked.key}.name").judge(
        reading.load_balancers, lambda seen: _exists(seen, name)
    )
    yield SERVICE.row(subject, "known to its Service", f"{asked.key}.name").judge(
        both(found, service), lambda pair: _known(*pair)
    )
    yield ANNOTATIONS.row(subject, "as planned", asked.key).judge(
        service, lambda seen: _annotated(seen, asked.annotations)
    )
    public = asked.public
    kind = public.type if public else "REGIONAL"
    network = "EXTERNAL" if public else "INTERNAL"
    stack = "DUALSTACK" if public and public.ipv6 else "IPV4"
    yield KIND.row(subject, listed((kind, network, stack)), f"{asked.key}.type").equal(
        found,
        lambda seen: listed(
            (seen["type"], seen.get("network") or "EXTERNAL", seen.get("network_stack") or "IPV4")
        ),
    )
    if kind == "REGIONAL":
        yield SIZE.row(subject, asked.settings.size_unit, f"{asked.key}.sizeUnit").equal(
            found, lambda seen: seen["size_unit"]
        )
        yield IDLE.row(
            subject, f"{asked.idle_seconds} s", "ingress.loadBalancer.httpIdleTimeoutSeconds"
        ).equal(found, lambda seen: f"{seen['http_idle_timeout_seconds']} s")
    proxied = public.proxy_protocol if public else True
    yield PROXY.row(subject, switched(proxied), f"{asked.key}.proxyProtocol").equal(
        found, lambda seen: switched(seen["enable_proxy_protocol"])
    )
    ports = _ports(config, asked.balancer)
    yield RULES.row(subject, f"{listed(ports)}, each to its NodePort", asked.key).judge(
        both(found, service), lambda pair: _rules(ports, kind, *pair)
    )
    local = config.ingress.external_traffic_policy == "Local"
    yield CHECK.row(subject, _checking(asked.check, local), "ingress.loadBalancer.healthCheck").judge(
        both(found, service), lambda pair: _check(asked.check, local, *pair)
    )
    yield NODES.row(subject, f"the nodes of cluster {it.name}", "cluster.nodePools").judge(
        both(found, it.cluster), lambda pair: _nodes(*pair)
    )
    yield PLACE.row(subject, "in the cluster's VPC", "external.vpc.ipRange").judge(
        both(found, vpc),
        lambda pair: Judged(
            "in the cluster's VPC" if (same := pair[0]["vpc_uuid"] == pair[1]["id"]) else
            f"in VPC {pair[0]['vpc_uuid']}",
            same,
        ),
    )  # fmt: skip
    yield SOURCES.row(
        subject,
        sources(asked.settings.source_ranges),
        f"{asked.key}.sourceRanges",
    ).equal(found, let_in)


def _service(seen: Look[Objects], name: str) -> Look[Object]:
    def pick(objects: Objects) -> Object | Behind:
        for each in objects:
            if (each["metadata"]["namespace"], each["metadata"]["name"]) == (TRAEFIK, name):
                return each
        return Behind(f"there is no Service {TRAEFIK}/{name}")

    return derived(seen, pick)


def _exists(balancers: Objects, name: str) -> Judged:
    states = [each["status"] for each in balancers if each["name"] == name]
    told = f"one, {states[0]}" if len(states) == 1 else f"{len(states)} of this name"
    return Judged(told, states == ["active"])


def addresses(balancer: Object) -> list[str]:
    """Return the addresses of a load balancer, IPv4 first."""
    return [each for each in (balancer.get("ip"), balancer.get("ipv6")) if each]


def _known(balancer: Object, service: Object) -> Judged:
    known = (service["metadata"].get("annotations") or {}).get(ID, "none")
    points = (service.get("status") or {}).get("loadBalancer", {}).get("ingress") or []
    told = [point["ip"] for point in points if point.get("ip")]
    own = addresses(balancer)
    right = known == balancer["id"] and bool(told) and set(told) <= set(own) and told[0] == own[0]
    if right:
        return Judged(f"its Service tells {listed(told)}", True)
    return Judged(
        f"its Service knows {known} at {listed(told, 'no address')}; this one is {balancer['id']} at "
        f"{listed(own, 'no address')}",
        False,
    )


def _annotated(service: Object, asked: Mapping[str, str]) -> Judged:
    given = service["metadata"].get("annotations") or {}
    found = {key: value for key, value in given.items() if key.startswith(services.PREFIX)}
    different = sorted(key for key in asked.keys() | found.keys() if asked.get(key) != found.get(key))
    told = (
        f"{key.removeprefix(services.PREFIX)} {found.get(key, 'absent')}, not {asked.get(key, 'planned')}"
        for key in different
    )
    return Judged(listed(told, f"all {len(asked)} as planned"), not different)


def _ports(config: StackConfig, balancer: Balancer) -> list[str]:
    """Return what a load balancer listens on, such as `tcp 443`."""
    return sorted(
        f"{each.inside.protocol.lower()} {each.outside}"
        for each in listeners(config)
        if each.load_balancer == balancer
    )


def _rules(ports: list[str], kind: str, balancer: Object, service: Object) -> Judged:
    """Return where rules lead. A load balancer that passes packets on may name the Service's own port."""
    node_ports = {
        f"{each.get('protocol', 'TCP').lower()} {each['port']}": each["nodePort"]
        for each in service["spec"]["ports"]
    }
    rules = {
        f"{each['entry_protocol']} {each['entry_port']}": (each["target_protocol"], each["target_port"])
        for each in balancer["forwarding_rules"]
    }
    told = [f"{name} to {target}" for name, (_, target) in sorted(rules.items())]
    wrong = [
        name
        for name, (protocol, target) in rules.items()
        if protocol != name.split()[0]
        or target not in {node_ports.get(name), *([int(name.split()[1])] if kind != "REGIONAL" else [])}
    ]
    ways = [f"{name} of the Service is at {node_ports.get(name, 'no NodePort')}" for name in sorted(wrong)]
    return Judged(listed([*told, *ways]), sorted(rules) == ports and not wrong)


def _checking(check: HealthCheck, local: bool) -> str:
    what = "the Service's health check port" if local else "kube-proxy"
    return f"{what}, {_pace(check.interval_seconds, check.response_timeout_seconds)}, " + _after(
        check.unhealthy_threshold, check.healthy_threshold
    )


def _pace(interval: int, timeout: int) -> str:
    return f"every {interval} s within {timeout} s"


def _after(failures: int, answers: int) -> str:
    return f"out after {failures}, in after {answers}"


def _check(asked: HealthCheck, local: bool, balancer: Object, service: Object) -> Judged:
    check: Mapping[str, Any] = balancer["health_check"]
    own_port = service["spec"].get("healthCheckNodePort")
    node_ports = {each["nodePort"] for each in service["spec"]["ports"]}
    if local:
        target = check["protocol"] == "http" and check["port"] == own_port
    else:
        # Before 0.1.62 the controller had a NodePort asked by TCP.
        target = check["port"] in ({KUBE_PROXY_HEALTH} if check["protocol"] == "http" else node_ports)
    pace = (check["check_interval_seconds"], check["response_timeout_seconds"])
    after = (check["unhealthy_threshold"], check["healthy_threshold"])
    right = (
        target
        and pace == (asked.interval_seconds, asked.response_timeout_seconds)
        and after == (asked.unhealthy_threshold, asked.healthy_threshold)
    )
    told = f"{check['protocol']} port {check['port']}, {_pace(*pace)}, {_after(*after)}"
    return Judged(told if target or not local else f"{told}; the Service's port is {own_port}", right)


def _nodes(balancer: Object, cluster: Object) -> Judged:
    wanted = {str(node["droplet_id"]): node["name"] for node in nodes_of(cluster)}
    found = {str(each) for each in balancer["droplet_ids"]}
    missing = sorted(name for key, name in wanted.items() if key not in found)
    more = sorted(found - wanted.keys())
    told = [
        *([f"without {listed(missing)}"] if missing else []),
        *([f"Droplets {listed(more)}, which are no nodes"] if more else []),
    ]
    return Judged(listed(told, f"all {len(wanted)} of them"), not told)
