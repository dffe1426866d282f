"""What the policies of one side really allow, by the analysis, beside what its flows ask for."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any

from network.plan.flows import Entity, Flow, Host, Peer, Pods, Port, Range
from network.reachability import PeerClass, Reachability, Row, analyse
from network.reachability.addresses import AddressSet
from network.reachability.errors import UnreadableClusterError
from network.reachability.expectations import cut, hosts, undeclared
from network.reachability.model import Cluster, ContainerPort, Namespace, Workload
from network.reachability.ports import PROTOCOL_NAMES
from network.reachability.read.manifests import Found, contents
from network.review.document import Document
from network.review.side import Side

KINDS = ("Namespace", "NetworkPolicy", "CiliumNetworkPolicy", "Service")
OTHERS = "any other pod"
"""Stands in each namespace for pods that nobody declared: the default deny is about them too."""


@dataclass(frozen=True, order=True)
class Connection:
    """Connections in the words of a reader, comparable across two versions."""

    source: str
    destination: str
    ports: str


class Reachable:
    """The answers about one side."""

    def __init__(self, side: Side) -> None:
        self._flows = [_flow(flow) for flow in side.flows.values()]
        semantics = "cilium" if side.cni == "cilium" else "vanilla"
        self._reachability: Reachability = analyse(_cluster(side, self._flows), semantics, hosts(self._flows))

    @cached_property
    def cut(self) -> dict[str, Flow]:
        """Declared flows of which the policies forbid a part, by name."""
        return {finding.flow.name: finding.flow for finding in cut(self._reachability, self._flows)}

    @cached_property
    def undeclared(self) -> set[Connection]:
        """Connections that the policies allow and no flow asks for."""
        return {each for row in undeclared(self._reachability, self._flows) for each in self._words(row)}

    @cached_property
    def internet_facing(self) -> dict[str, str]:
        """Pods that addresses of the internet reach past the load balancer, with the ports."""
        return self._exposed(self._reachability.internet_facing())

    @cached_property
    def cluster_wide(self) -> dict[str, str]:
        """Pods that any pod of the cluster reaches, with the ports."""
        return self._exposed(self._reachability.cluster_wide())

    def _exposed(self, exposures: Any) -> dict[str, str]:
        ports: defaultdict[str, list[str]] = defaultdict(list)
        for exposure in exposures:
            for each in self._reachability.members(exposure.destinations):
                for name in map(str, each.workloads):
                    ports[name].append(str(exposure.ports))
        return {name: ", ".join(sorted(set(found))) for name, found in ports.items()}

    def _words(self, row: Row) -> Iterator[Connection]:
        for source in self._reachability.members(row.sources):
            for destination in self._reachability.members(row.destinations):
                yield Connection(self._name(source), self._name(destination), str(row.ports))

    def _name(self, peer: PeerClass) -> str:
        """Return what a peer is called; parts of the cluster's own ranges by what they are, since other rules
        divide them otherwise."""
        cluster = self._reachability.cluster
        own = {
            "addresses of the VPC": cluster.node_addresses,
            "addresses of pods": cluster.pod_addresses,
            "addresses of Services": cluster.service_addresses,
        }
        for name, addresses in own.items():
            if peer.kind == "addresses" and peer.addresses <= addresses:
                return name
        return str(peer)


def _cluster(side: Side, flows: list[Flow]) -> Cluster:
    manifests = (each for (kind, *_), each in side.objects.items() if kind in KINDS)
    read = contents(Found(each, "") for each in manifests).cluster()
    ranges = side.document.get("addresses", {})
    known = {namespace.name for namespace in read.namespaces}
    elsewhere = {pods.namespace for pods in _named(flows)} - known
    return replace(
        read,
        namespaces=(*read.namespaces, *map(Namespace, sorted(elsewhere))),
        workloads=(*_workloads(flows), *(Workload(name, OTHERS) for name in sorted(known | elsewhere))),
        pod_addresses=_addresses(ranges.get("pods")),
        service_addresses=_addresses(ranges.get("services")),
        node_addresses=_addresses(ranges.get("vpc")),
    )


def _addresses(network: str | None) -> AddressSet:
    return AddressSet.of(network) if network else AddressSet()


def _named(flows: list[Flow]) -> Iterator[Pods]:
    for flow in flows:
        yield from (peer for peer in (flow.source, flow.destination) if isinstance(peer, Pods))


def _workloads(flows: list[Flow]) -> Iterator[Workload]:
    """Yield the kinds of pods that flows name, with the ports on which others reach them."""
    ports: defaultdict[tuple[str, str], set[ContainerPort]] = defaultdict(set)
    for flow in flows:
        if isinstance(flow.destination, Pods):
            ports[flow.destination.namespace, flow.destination.name] |= {
                ContainerPort(port.port, port.protocol) for port in flow.ports if isinstance(port.port, int)
            }
    pods = {(each.namespace, each.name): each for each in _named(flows) if each.labels}
    for key, each in sorted(pods.items()):
        listening = sorted(ports[key], key=lambda port: (port.number, port.protocol))
        yield Workload(each.namespace, each.name, each.labels, tuple(listening), "Deployment")


def _flow(flow: Document) -> Flow:
    unknown = [port["protocol"] for port in flow["ports"] if port["protocol"] not in PROTOCOL_NAMES]
    if unknown:
        raise UnreadableClusterError(
            [f"flow {flow['name']}: no protocol is called {each}" for each in unknown]
        )
    ports = tuple(Port(port["port"], port["protocol"]) for port in flow["ports"])
    return Flow(flow["name"], _peer(flow["source"]), _peer(flow["destination"]), ports, flow["reason"])


def _peer(peer: Document) -> Peer:
    if "namespace" in peer:
        return Pods(peer["namespace"], peer["name"], peer["labels"])
    if "range" in peer:
        return Range(IPv4Network(peer["range"]))
    return Host(peer["host"]) if "host" in peer else Entity(peer["entity"])
