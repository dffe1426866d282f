"""A platform as it is planned, in plain data, in which a test plants a fault."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from network.config import StackConfig
from network.diagnosis.facts import Facts, Handshake, HostFacts, NameAnswer, Objects, Reply, ZoneFacts
from network.diagnosis.links.names import SERVERS
from network.diagnosis.paths.stack import Peer, Stack
from network.diagnosis.wants import Wants
from network.live.finding import CannotLookError
from network.live.parallel import Seen
from network.plan.model.traefik import router_name

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ADDRESS = "203.0.113.100"
NODE_PORTS = {80: 30080, 443: 30443}
CHECK_PORT = 32000

Object = dict[str, Any]


@dataclass
class World:
    """Everything that could be seen, to be changed by a test before it asks."""

    stack: Stack
    objects: dict[tuple[str, str | None], list[Object]] = field(default_factory=dict[Any, list[Object]])
    refused: dict[tuple[str, str | None], CannotLookError] = field(
        default_factory=dict[tuple[str, str | None], CannotLookError]
    )
    balancers: Seen[list[Object]] = field(default_factory=list[Object])
    zones: dict[str, ZoneFacts] = field(default_factory=dict[str, ZoneFacts])
    hosts: dict[str, HostFacts] = field(default_factory=dict[str, HostFacts])
    routers: Seen[dict[str, Seen[dict[str, Object]]]] = field(
        default_factory=dict[str, Seen[dict[str, Object]]]
    )
    names: dict[str, Seen[NameAnswer]] = field(default_factory=dict[str, Seen[NameAnswer]])
    authorities: dict[str, Seen[NameAnswer]] = field(default_factory=dict[str, Seen[NameAnswer]])

    def facts(self, wants: Wants) -> Facts:
        """What is wanted of it; other objects were never read."""
        held: dict[tuple[str, str | None], Any] = {
            (kind, namespace): self.refused.get((kind, namespace), self.objects.get((kind, namespace), []))
            for namespace, kinds in wants.kinds.items()
            for kind in kinds
        }
        return Facts(
            NOW,
            Objects(held),
            self.balancers,
            self.zones,
            self.hosts,
            self.routers,
            self.names,
            self.authorities,
        )

    def add(self, manifest: Mapping[str, Any], **more: Any) -> None:
        each = {**deepcopy(dict(manifest)), **more}
        self.objects.setdefault((each["kind"], each["metadata"].get("namespace")), []).append(each)

    def get(self, kind: str, name: str, namespace: str | None) -> Object:
        return next(each for each in self.objects[kind, namespace] if each["metadata"]["name"] == name)

    def remove(self, kind: str, name: str, namespace: str | None) -> None:
        self.objects[kind, namespace].remove(self.get(kind, name, namespace))

    def pods(self, namespace: str, name: str) -> list[Object]:
        return [
            each for each in self.objects["Pod", namespace] if each["metadata"]["name"].startswith(f"{name}-")
        ]

    def change(self, host: str, **what: Any) -> None:
        self.hosts[host] = replace(self.hosts[host], **what)


def healthy(config: StackConfig) -> World:
    """The platform of a config, up and as planned."""
    stack = Stack.of(config)
    world = World(stack)
    plan = stack.plan
    for manifest in (
        *(each for policies in plan.policies for each in policies.manifests),
        *plan.traffic.middlewares,
        *plan.traffic.chains,
        plan.ingress.tls_store,
        *(
            each
            for application in plan.applications
            for each in (
                *application.services,
                *application.routes,
                *application.middlewares,
                *application.balancing,
            )
        ),
    ):
        world.add(manifest)
    _front(world)
    for name, peer in stack.peers.items():
        _run(world, name, peer)
    _certificates(world)
    zone = config.external.dns.zone
    world.zones[zone] = ZoneFacts(
        NameAnswer("NOERROR", SERVERS),
        {server: NameAnswer("NOERROR", (SERVERS[0],), is_authoritative=True) for server in SERVERS[:2]},
    )
    return world


def _front(world: World) -> None:
    config = world.stack.config
    world.add(
        {
            "kind": "Service",
            "metadata": {"name": "traefik", "namespace": "traefik"},
            "spec": {
                "healthCheckNodePort": CHECK_PORT,
                "ports": [
                    {"port": port, "nodePort": node, "protocol": "TCP"} for port, node in NODE_PORTS.items()
                ],
            },
            "status": {"loadBalancer": {"ingress": [{"ip": ADDRESS}]}},
        }
    )
    check = config.ingress.load_balancer.health_check
    world.balancers = [
        {
            "name": config.ingress.load_balancer.name,
            "status": "active",
            "type": "REGIONAL",
            "ip": ADDRESS,
            "enable_proxy_protocol": True,
            "firewall": {"allow": [f"cidr:{each}" for each in config.ingress.load_balancer.source_ranges]},
            "forwarding_rules": [
                {"entry_protocol": "tcp", "entry_port": port, "target_port": node}
                for port, node in NODE_PORTS.items()
            ],
            "health_check": {
                "port": CHECK_PORT,
                "check_interval_seconds": check.interval_seconds,
                "response_timeout_seconds": check.response_timeout_seconds,
                "unhealthy_threshold": check.unhealthy_threshold,
                "healthy_threshold": check.healthy_threshold,
            },
        }
    ]
    believed = str(config.external.vpc.ip_range)
    args = [f"--entryPoints.{name}.proxyProtocol.trustedIPs={believed}" for name in ("web", "websecure")]
    world.add(
        {
            "kind": "Deployment",
            "metadata": {"name": "traefik", "namespace": "traefik"},
            "spec": {"template": {"metadata": {}, "spec": {"containers": [{"args": args}]}}},
        }
    )
    world.add(
        {
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "traefik", "namespace": "traefik"},
            "status": {"currentReplicas": 2},
        }
    )
    world.add({"kind": "Service", "metadata": {"name": "kube-dns", "namespace": "kube-system"}, "spec": {}})


def _run(world: World, name: str, peer: Peer) -> None:
    """Three pods of a workload, what makes them, and endpoints of its Service; once for all of its names."""
    namespace, short = peer.pods.namespace, peer.workload or peer.pods.name
    if not peer.pods.labels or name != f"{namespace}/{short}":
        return
    world.add(
        {
            "kind": "Deployment",
            "metadata": {"name": f"{short}-deployment", "namespace": namespace},
            "spec": {"replicas": 3, "template": {"metadata": {"labels": dict(peer.pods.labels)}}},
        }
    )
    addresses: list[str] = []
    for number in range(3):
        addresses.append(f"10.244.{len(world.objects['Deployment', namespace])}.{len(addresses) + 1}")
        world.add(
            {
                "kind": "Pod",
                "metadata": {
                    "name": f"{short}-{number}",
                    "namespace": namespace,
                    "labels": dict(peer.pods.labels),
                },
                "status": {
                    "phase": "Running",
                    "podIP": addresses[-1],
                    "conditions": [{"type": "Ready", "status": "True"}],
                    "containerStatuses": [{"name": "main", "state": {"running": {}}}],
                },
            }
        )
    if peer.workload is not None and peer.ports:
        world.add(
            {
                "kind": "EndpointSlice",
                "metadata": {
                    "name": f"{short}-x",
                    "namespace": namespace,
                    "labels": {"kubernetes.io/service-name": short},
                },
                "addressType": "IPv4",
                "endpoints": [{"addresses": [each], "conditions": {"ready": True}} for each in addresses],
                "ports": [{"port": number} for number in peer.ports],
            }
        )


def _certificates(world: World) -> None:
    ready = [{"type": "Ready", "status": "True"}]
    for manifest in world.stack.plan.certificates.issuers:
        world.add(manifest, status={"conditions": ready})
    for manifest in world.stack.plan.certificates.certificates:
        status = {
            "conditions": ready,
            "notAfter": _stamp(NOW + timedelta(days=60)),
            "renewalTime": _stamp(NOW + timedelta(days=30)),
        }
        world.add(manifest, status=status)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def see(world: World, wants: Wants) -> Facts:
    """What is wanted, as far as the world does not have it yet: hosts, routers, names."""
    for host, paths in wants.hosts.items():
        world.hosts.setdefault(host, _host(world, host, wants, paths))
    if not world.routers and not isinstance(world.routers, CannotLookError):
        known: dict[str, Object] = {
            router_name(route["metadata"]["namespace"], route["metadata"]["name"], index): {
                "status": "enabled"
            }
            for application in world.stack.plan.applications
            for route in application.routes
            for index in range(len(route["spec"]["routes"]))
        }
        pods = (each["metadata"]["name"] for each in world.pods("traefik", "traefik"))
        world.routers = {pod: deepcopy(known) for pod in pods}
    for name in wants.names:
        world.names.setdefault(name, NameAnswer("NOERROR", ("198.51.100.7",)))
    for name in wants.authorities:
        world.authorities.setdefault(name, NameAnswer("NOERROR", ("0 issue letsencrypt.org",)))
    return world.facts(wants)


def _host(world: World, host: str, wants: Wants, paths: set[str]) -> HostFacts:
    answer = NameAnswer("NOERROR", (ADDRESS,))
    zone = world.stack.config.external.dns.zone
    return HostFacts(
        by_resolver={"192.0.2.53": answer},
        by_authority=answer if host in wants.zone_of else None,
        dials={443: ADDRESS},
        handshake=Handshake("shaken", "", (zone, f"*.{zone}"), NOW + timedelta(days=60), address=ADDRESS),
        plain=Reply(301, location=f"https://{host}/"),
        replies={path: Reply(200, seconds=0.02) for path in paths},
    )
