"""Declared flows against what policies allow: required ones that are cut, connections nobody declared."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Port, Range
from network.reachability import bits
from network.reachability.addresses import AddressSet
from network.reachability.analysis import Reachability, Row
from network.reachability.classes import covers
from network.reachability.model import AddressPeer, NamedPort
from network.reachability.ports import PROTOCOL_NAMES, PortSet
from network.reachability.selectors import EVERYTHING, Selector
from network.reachability.terms import Terms


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a flow that is not as it should be: cut though required, or open though forbidden."""

    flow: Flow
    rows: tuple[Row, ...]
    """The classes and ports concerned; empty if nothing is known of a peer of the flow."""


def terms(flows: Iterable[Flow]) -> Terms:
    """Return what flows look at, for `analyse` to tell peers apart by it, whatever the policies say."""
    found = list(flows)
    peers = [peer for flow in found for peer in (flow.source, flow.destination)]
    return Terms(
        keys=frozenset(key for peer in peers if isinstance(peer, Pods) for key in peer.labels),
        ports=frozenset(
            NamedPort(port.port, PROTOCOL_NAMES[port.protocol])
            for flow in found
            for port in flow.ports
            if isinstance(port.port, str)
        ),
        blocks=tuple(dict.fromkeys(_block(peer) for peer in peers if isinstance(peer, Range))),
        hosts=frozenset(_pattern(peer) for peer in peers if isinstance(peer, Host)),
    )


def cut(reachability: Reachability, required: Iterable[Flow]) -> tuple[Finding, ...]:
    """Return the required flows of which a part is not possible.

    A flow to the world needs every address outside the cluster and its nodes' network. `analyse` must have
    been told the flows' `terms`.
    """
    return tuple(finding for flow in required if (finding := _cut(reachability, flow)) is not None)


def opened(reachability: Reachability, forbidden: Iterable[Flow]) -> tuple[Finding, ...]:
    """Return the forbidden flows of which a part is possible."""
    findings: list[Finding] = []
    for flow in forbidden:
        asked = _asked(reachability, flow, wide=True)
        rows = [
            Row(common_sources, common_destinations, common)
            for want in asked
            for row in reachability.rows
            if (common_sources := row.sources & want.sources)
            and (common_destinations := row.destinations & want.destinations)
            and (common := row.ports & want.ports)
        ]
        if rows:
            findings.append(Finding(flow, tuple(rows)))
    return tuple(findings)


def undeclared(
    reachability: Reachability, flows: Iterable[Flow], governed: Collection[str] | None = None
) -> Reachability:
    """Return the part of an analysis that no flow asks for.

    Left out is what no policy can forbid, a node reaching its own pods, and what happens among namespaces
    that are not `governed`: by default those without any policy, which `Reachability.unselected` tells.
    """
    asked = [row for flow in flows for row in _asked(reachability, flow, wide=False)]
    own_node = reachability.resolved.of_entity("own-node")
    within = _pods_of(reachability, reachability.governed if governed is None else governed)
    extra: list[Row] = []
    for row in reachability.rows:
        sources = row.sources & ~own_node
        # At least one end has a policy; the other may be anything.
        for here, there in (
            (sources & within, row.destinations),
            (sources & ~within, row.destinations & within),
        ):
            if here and there:
                extra += _without(Row(here, there, row.ports), asked)
    return Reachability(reachability.cluster, reachability.resolved, tuple(_grouped(extra)))


def _pods_of(reachability: Reachability, namespaces: Iterable[str]) -> int:
    found = 0
    for namespace in namespaces:
        found |= reachability.resolved.of_pods(namespace, EVERYTHING)
    return found


def _without(row: Row, asked: Sequence[Row]) -> list[Row]:
    """Return the row without what is asked for."""
    left = [row]
    for want in asked:
        if not (row.sources & want.sources and row.destinations & want.destinations):
            continue
        rest: list[Row] = []
        for each in left:
            sources, destinations = each.sources & want.sources, each.destinations & want.destinations
            if not sources or not destinations:
                rest.append(each)
                continue
            if outer := each.sources & ~sources:
                rest.append(Row(outer, each.destinations, each.ports))
            if outer := each.destinations & ~destinations:
                rest.append(Row(sources, outer, each.ports))
            if ports := each.ports - want.ports:
                rest.append(Row(sources, destinations, ports))
        left = rest
    return left


def _grouped(rows: Iterable[Row]) -> Iterator[Row]:
    by_sources: defaultdict[tuple[int, PortSet], int] = defaultdict(int)
    for row in rows:
        by_sources[row.sources, row.ports] |= row.destinations
    by_destinations: defaultdict[tuple[int, PortSet], int] = defaultdict(int)
    for (sources, ports), destinations in by_sources.items():
        by_destinations[destinations, ports] |= sources
    for (destinations, ports), sources in by_destinations.items():
        yield Row(sources, destinations, ports)


def _cut(reachability: Reachability, flow: Flow) -> Finding | None:
    asked = _asked(reachability, flow, wide=True)
    if not asked:
        return Finding(flow, ())
    missing = [
        Row(1 << source, 1 << destination, ports)
        for want in asked
        for source in bits.members(want.sources)
        for destination in bits.members(want.destinations)
        # A pod of an application that only outsiders name may be the destination itself.
        if source != destination and (ports := want.ports - reachability.ports(source, destination))
    ]
    return Finding(flow, tuple(_grouped(missing))) if missing else None


def _asked(reachability: Reachability, flow: Flow, *, wide: bool) -> list[Row]:
    """Return a flow as rows; a port's name means another number on each destination."""
    sources = _classes(reachability, flow.source, wide=wide)
    destinations = _classes(reachability, flow.destination, wide=wide)
    found: defaultdict[int, PortSet] = defaultdict(PortSet)
    for port in flow.ports:
        for having, ports in _ports(reachability, port, destinations):
            if sources and having:
                found[having] |= ports
    return [Row(sources, having, ports) for having, ports in found.items()]


def _ports(reachability: Reachability, port: Port, destinations: int) -> Iterator[tuple[int, PortSet]]:
    protocol = PROTOCOL_NAMES[port.protocol]
    if isinstance(port.port, int):
        yield destinations, PortSet.of(protocol, port.port, port.end_port)
        return
    named = NamedPort(port.port, protocol)
    for number, having in reachability.resolved.named.get(named, {}).items():
        yield having & destinations, PortSet.of(protocol, number)


def _classes(reachability: Reachability, peer: Peer, *, wide: bool) -> int:
    """Return the classes of a peer; of addresses those that it touches, or only those wholly in it."""
    resolved = reachability.resolved
    match peer:
        case Pods():
            return resolved.of_pods(peer.namespace, Selector.of(peer.labels))
        case Entity("kube-apiserver"):
            return resolved.of_entity("kube-apiserver")
        case Entity("nodes"):
            return resolved.of_entity("own-node") | resolved.of_entity("other-nodes")
        case Entity() if reachability.semantics == "cilium" and not wide:
            # Cilium's world holds all but pods and nodes, so also whatever else is in the VPC.
            return resolved.of_entity("world")
        case Entity():
            cluster = reachability.cluster
            inside = cluster.node_addresses | cluster.pod_addresses | cluster.service_addresses
            return _addresses(reachability, cluster.world - inside, wide=wide) | resolved.hosts
        case Range():
            block = _block(peer)
            hosts = resolved.of_peer(AddressPeer(block, str(peer.network)), "") & resolved.hosts
            return _addresses(reachability, block, wide=wide) | hosts
        case Host():
            pattern = _pattern(peer)
            return bits.of(
                [
                    index
                    for index in bits.members(resolved.hosts)
                    if covers(pattern, reachability.classes[index].host)
                ]
            )


def _addresses(reachability: Reachability, addresses: AddressSet, *, wide: bool) -> int:
    found = reachability.resolved.of_addresses(addresses)
    if wide:
        return found
    return bits.of(
        [index for index in bits.members(found) if reachability.classes[index].addresses <= addresses]
    )


def _block(peer: Range) -> AddressSet:
    return AddressSet.of(str(peer.network))


def _pattern(host: Host) -> str:
    """Return a host as a policy names it: in Cilium's words `**.` is one label or more."""
    return f"*{host.name}" if host.name.startswith("*.") else host.name
