"""The four ways to begin where nobody knows yet what to ask (ADM-4)."""

from collections.abc import Iterator
from typing import Literal

from network.config.errors import path_of
from network.config.platform import TRAEFIK
from network.diagnosis.links.dependencies import cluster_dns
from network.diagnosis.links.pods import unkilled
from network.diagnosis.links.routes import answer_time
from network.diagnosis.links.scale import ingress
from network.diagnosis.paths import certificates, connections, hosts, workloads
from network.diagnosis.paths.stack import Peer, Stack
from network.diagnosis.walk import Link, Path
from network.diagnosis.wants import DNS_KINDS
from network.plan.cluster_dns import CLUSTER_DNS
from network.plan.model.peers import TRAEFIK as TRAEFIK_PODS

About = Literal["service-discovery", "connectivity", "certificates", "performance"]


def paths(stack: Stack, about: About) -> Iterator[Path]:
    """Yield what a workflow goes along."""
    match about:
        case "service-discovery":
            stack.wants.namespace(CLUSTER_DNS.namespace, *DNS_KINDS)
            yield Path([cluster_dns()], [_discovered(stack, peer) for peer in _listening(stack)])
        case "connectivity":
            yield from every_host(stack)
            yield from (connections.path(stack, each) for each in connections.declared(stack))
        case "certificates":
            yield from (certificates.path(stack, name) for name in certificates.every(stack.config))
        case "performance":
            yield from _fast(stack)


def every_host(stack: Stack) -> Iterator[Path]:
    """Yield each host that can be asked, with all of its routes."""
    found: dict[str, list[hosts.Way]] = {}
    for way in hosts.ways(stack.config):
        found.setdefault(way.host, []).append(way)
    yield from (hosts.path(stack, host, each) for host, each in found.items())


def _listening(stack: Stack) -> list[Peer]:
    """Return the declared workloads that others find by a Service."""
    return [
        stack.peers[f"{stack.namespace_of(name)}/{workload}"]
        for name, application in stack.config.applications.items()
        for workload, declared in application.workloads.items()
        if declared.served
    ]


def _discovered(stack: Stack, peer: Peer) -> Path:
    assert peer.application is not None
    assert peer.workload is not None
    declared = stack.config.applications[peer.application].workloads[peer.workload]
    ports = [port.port for port in declared.served.values()]
    return Path(
        [
            *workloads.service(stack, peer),
            *workloads.ready_endpoints(stack, peer, ports),
            workloads.pods(stack, peer),
        ]
    )


def _fast(stack: Stack) -> Iterator[Path]:
    stack.wants.traefik()
    most = stack.config.ingress.scale.max_replicas
    yield Path([ingress(most)])
    yield Path([unkilled("traefik/traefik", TRAEFIK, TRAEFIK_PODS.labels, "ingress.resources")])
    for peer in dict.fromkeys(map(_key, _listening(stack))):
        pods = stack.peers[peer].pods
        stack.wants.namespace(pods.namespace, "Pod")
        yield Path([unkilled(peer, pods.namespace, pods.labels, path_of(stack.peers[peer].location))])
    yield from (Path([link]) for link in _promised(stack))


def _key(peer: Peer) -> str:
    return f"{peer.pods.namespace}/{peer.workload}"


def _promised(stack: Stack) -> Iterator[Link]:
    """Yield a link for each objective with a latency, by the first of its routes that a plain request comes
    to."""
    watched = stack.config.observability
    objectives = {} if watched is None else watched.objectives
    for name, objective in objectives.items():
        for way in hosts.ways(stack.config):
            of_it = objective.host == way.host or objective.route == f"{way.application}/{way.name}"
            routed = hosts.of_way(stack, way)
            if of_it and routed.path and objective.latency and way.route.load_balancer == "public":
                stack.wants.hosts.setdefault(way.host, set()).add(routed.path)
                yield answer_time(routed, name, max(each.seconds for each in objective.latency))
                break
