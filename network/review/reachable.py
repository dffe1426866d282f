"""What the policies of one side really allow, by the analysis, beside what its flows ask for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Network

from network.plan.cluster_dns import CLUSTER_DNS
from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Range
from network.reachability import Reachability, analyse
from network.reachability.addresses import EVERY_IPV4, AddressSet
from network.reachability.analysis import Exposure
from network.reachability.compare import Change, compare
from network.reachability.errors import UnreadableClusterError
from network.reachability.expectations import Finding, cut, terms, undeclared
from network.reachability.lints import Lint, of_plan
from network.reachability.model import Cluster, ContainerPort, Namespace, Workload
from network.reachability.names import OTHERS, name_of, range_name
from network.reachability.ports import PROTOCOL_NAMES, PortSet
from network.reachability.read.manifests import Found, contents
from network.reachability.terms import NO_TERMS, Terms
from network.review.document import Document, port_of
from network.review.side import Side

KINDS = ("Namespace", "NetworkPolicy", "CiliumNetworkPolicy", "Service")


@dataclass(frozen=True)
class Reachable:
    """The answers about one side."""

    reachability: Reachability
    flows: tuple[Flow, ...]
    declared: frozenset[str]
    """Namespaces that are the stack's; others are known only since a flow names pods in them."""

    @cached_property
    def cut(self) -> dict[str, Finding]:
        """Declared flows of which the policies forbid a part, by name."""
        return {finding.flow.name: finding for finding in cut(self.reachability, self.flows)}

    @cached_property
    def internet_facing(self) -> dict[str, str]:
        """Pods that addresses of the internet reach past the load balancer, with the ports."""
        return self._exposed(self.reachability.internet_facing())

    @cached_property
    def cluster_wide(self) -> dict[str, str]:
        """Pods that any pod of the cluster reaches, with the ports."""
        return self._exposed(self.reachability.cluster_wide())

    @cached_property
    def lints(self) -> tuple[Lint, ...]:
        """Suspicions, without those that the plan raises on purpose."""
        return of_plan(self.reachability)

    def undeclared(self, governed: Collection[str]) -> Reachability:
        """Return the part that no flow asks for, of the namespaces that are governed."""
        return undeclared(self.reachability, self.flows, governed)

    def names(self, classes: int) -> list[str]:
        """Return what the peers of a set are called."""
        cluster = self.reachability.cluster
        return sorted({name_of(each, cluster) for each in self.reachability.members(classes)})

    def _exposed(self, exposures: Iterable[Exposure]) -> dict[str, str]:
        ports: defaultdict[str, list[PortSet]] = defaultdict(list)
        for exposure in exposures:
            for each in self.reachability.members(exposure.destinations):
                for name in map(str, each.workloads):
                    ports[name].append(exposure.ports)
        return {name: str(PortSet.any_of(found)) for name, found in ports.items()}


@dataclass(frozen=True)
class Undeclared:
    """What policies allow and no flow asks for: the difference of two sides."""

    opened: tuple[Change, ...]
    """New on the head's side, because it opens or because its flow goes while the policies stay."""
    closed: tuple[Change, ...]
    """No longer possible, and nothing asked for it."""


def of(base: Side, head: Side) -> tuple[Reachable, Reachable]:
    """Analyse two sides, with peers told apart by what either looks at: both have the same classes then.

    Raises UnreadableClusterError.
    """
    read = [(side, tuple(_flow(flow) for flow in side.flows)) for side in (base, head)]
    clusters = [_cluster(side, flows) for side, flows in read]
    apart = NO_TERMS
    for cluster, (_, flows) in zip(clusters, read, strict=True):
        apart |= Terms.of(cluster.policies) | terms(flows)
    before, after = (
        Reachable(
            analyse(cluster, "cilium" if side.cni == "cilium" else "vanilla", apart),
            flows,
            frozenset(name for _, name in side.of_kind("Namespace")),
        )
        for cluster, (side, flows) in zip(clusters, read, strict=True)
    )
    return before, after


def difference(before: Reachable, after: Reachable) -> Undeclared:
    """Return which connections without a flow come and go, in namespaces that either side has policies in.

    Left out are addresses that are in another range of the cluster's than before: the address plan tells.
    """
    governed = before.reachability.governed | after.reachability.governed
    old, new = before.undeclared(governed), after.undeclared(governed)
    clusters = old.cluster, new.cluster
    return Undeclared(
        tuple(_of_the_same_ranges(compare(old, new).opened, *clusters)),
        tuple(_of_the_same_ranges(compare(old, after.reachability).closed, *clusters)),
    )


def _of_the_same_ranges(changes: Iterable[Change], old: Cluster, new: Cluster) -> Iterator[Change]:
    for change in changes:
        sources, destinations = (
            tuple(
                each
                for each in peers
                if range_name(each.peer.addresses, old) == range_name(each.peer.addresses, new)
            )
            for peers in (change.sources, change.destinations)
        )
        if sources and destinations:
            yield Change(sources, destinations, change.ports)


def _cluster(side: Side, flows: Sequence[Flow]) -> Cluster:
    manifests = (each for (kind, *_), each in side.objects.items() if kind in KINDS)
    read = contents(Found(each, "") for each in manifests).cluster()
    ranges = side.document.get("addresses", {})
    known = {namespace.name for namespace in read.namespaces}
    elsewhere = {pods.namespace for pods in (*_named(flows), CLUSTER_DNS)} - known
    return replace(
        read,
        namespaces=(*read.namespaces, *map(Namespace, sorted(elsewhere))),
        workloads=(*_workloads(flows), *(Workload(name, OTHERS) for name in sorted(known | elsewhere))),
        pod_addresses=_addresses(ranges.get("pods")),
        service_addresses=_addresses(ranges.get("services")),
        node_addresses=_addresses(ranges.get("vpc")),
        world=EVERY_IPV4,
    )


def _addresses(network: str | None) -> AddressSet:
    return AddressSet.of(network) if network else AddressSet()


def _named(flows: Sequence[Flow]) -> Iterator[Pods]:
    for flow in flows:
        yield from (peer for peer in (flow.source, flow.destination) if isinstance(peer, Pods))


def _workloads(flows: Sequence[Flow]) -> Iterator[Workload]:
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
    ports = tuple(map(port_of, flow["ports"]))
    return Flow(flow["name"], peer_of(flow["source"]), peer_of(flow["destination"]), ports, flow["reason"])


def peer_of(peer: Document) -> Peer:
    """Return one end of a flow, as a document has it."""
    if "namespace" in peer:
        return Pods(peer["namespace"], peer["name"], peer["labels"])
    if "range" in peer:
        return Range(IPv4Network(peer["range"]))
    return Host(peer["host"]) if "host" in peer else Entity(peer["entity"])
