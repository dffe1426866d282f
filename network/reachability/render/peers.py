"""Peers and connections as a picture shows them: by name, each pair once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from network.plan.flows import Entity, Flow, Host, Pods, Range
from network.plan.flows import Peer as FlowPeer
from network.reachability.addresses import AddressSet
from network.reachability.analysis import Reachability
from network.reachability.classes import PeerClass
from network.reachability.compare import Change, Difference, compare
from network.reachability.model import Cluster
from network.reachability.names import range_name
from network.reachability.ports import NONE, PROTOCOL_NAMES, PortSet

MOST = 150
"""Peers that a picture may have; beyond it nobody could read it."""
_GROUPS = ("outside", "nodes and API server")
"""Of peers that are in no namespace."""


class TooManyPeersError(ValueError):
    """A picture would have more peers than a person can read."""


@dataclass(frozen=True, order=True)
class Place:
    """A peer in a picture."""

    group: str
    """Namespace, or what else peers are drawn together by."""
    name: str


@dataclass(frozen=True)
class Cell:
    """What one peer may open to another."""

    ports: PortSet
    """Those that are open (in the later version)."""
    opened: PortSet = NONE
    """Of these, those that are new."""
    closed: PortSet = NONE
    """Those that were open before."""

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return bool(self.opened or self.closed)


@dataclass(frozen=True)
class Picture:
    """What is drawn."""

    cells: dict[tuple[Place, Place], Cell]
    """By source and destination."""
    compares: bool = False
    """Whether two versions are compared; then only changes have a colour."""

    @property
    def sources(self) -> list[Place]:
        """Every peer that opens connections, in the order of groups and names."""
        return _ordered({source for source, _ in self.cells})

    @property
    def destinations(self) -> list[Place]:
        """Every peer that accepts connections."""
        return _ordered({destination for _, destination in self.cells})


def of_reachability(found: Reachability) -> Picture:
    """Return the picture of one analysis. Left out is a node reaching its own pods, which nothing can forbid.

    Raises TooManyPeersError.
    """
    return Picture({pair: Cell(allowed) for pair, allowed in _open(found).items()})


def of_difference(before: Reachability, after: Reachability) -> Picture:
    """Return the picture of the later analysis, with what the earlier one did not allow, and what it did.

    Raises TooManyPeersError.
    """
    difference: Difference = compare(before, after)
    now = _open(after)
    opened = _changed(after.cluster, difference.opened)
    closed = _changed(before.cluster, difference.closed)
    pairs = dict.fromkeys((*now, *opened, *closed))
    return Picture(
        {
            pair: Cell(
                now.get(pair, NONE), opened.get(pair, NONE), closed.get(pair, NONE) - now.get(pair, NONE)
            )
            for pair in pairs
        },
        compares=True,
    )


def _open(found: Reachability) -> dict[tuple[Place, Place], PortSet]:
    own_node = found.resolved.of_entity("own-node")
    places = [_places(found.cluster, each) for each in found.classes]
    _bounded({place for each in places for place in each})
    allowed: defaultdict[tuple[Place, Place], PortSet] = defaultdict(PortSet)
    for row in found.rows:
        sources = _of(places, row.sources & ~own_node)
        destinations = _of(places, row.destinations)
        for source in sources:
            for destination in destinations:
                allowed[source, destination] |= row.ports
    return dict(allowed)


def _changed(cluster: Cluster, changes: Sequence[Change]) -> dict[tuple[Place, Place], PortSet]:
    allowed: defaultdict[tuple[Place, Place], PortSet] = defaultdict(PortSet)
    for change in changes:
        for source in _all(cluster, (each.peer for each in change.sources if each.peer.kind != "own-node")):
            for destination in _all(cluster, (each.peer for each in change.destinations)):
                allowed[source, destination] |= change.ports
    return dict(allowed)


def _all(cluster: Cluster, peers: Iterator[PeerClass]) -> list[Place]:
    return _ordered({place for peer in peers for place in _places(cluster, peer)})


def _of(places: Sequence[Sequence[Place]], classes: int) -> list[Place]:
    return _ordered({place for index, each in enumerate(places) if classes >> index & 1 for place in each})


def _bounded(places: set[Place]) -> None:
    if len(places) > MOST:
        raise TooManyPeersError(
            f"{len(places):,} peers cannot be read in a picture, {MOST} at most: take text, markdown or json"
        )


def _ordered(places: set[Place]) -> list[Place]:
    """Return peers with those of namespaces first."""
    return sorted(places, key=lambda place: (place.group in _GROUPS, place))


def _places(cluster: Cluster, peer: PeerClass) -> list[Place]:
    match peer.kind:
        case "pods" | "host-network":
            return [Place(each.namespace, each.name) for each in peer.workloads]
        case "other-pods":
            return [Place("other namespaces", "any pod")]
        case "addresses":
            return [Place("outside", _range_name(cluster, peer.addresses))]
        case "host":
            return [Place("outside", peer.host)]
        case "own-node" | "other-nodes" | "kube-apiserver":
            return [Place("nodes and API server", str(peer))]


def _range_name(cluster: Cluster, addresses: AddressSet) -> str:
    blocks = list(addresses.networks())
    return range_name(addresses, cluster) or (
        ", ".join(map(str, blocks)) if len(blocks) <= 2 else "the internet"
    )


def of_flows(flows: Iterable[Flow]) -> Picture:
    """Return the picture of declared flows. Ports that flows give by name have none in it.

    Raises TooManyPeersError.
    """
    allowed: defaultdict[tuple[Place, Place], PortSet] = defaultdict(PortSet)
    for flow in flows:
        allowed[_place(flow.source), _place(flow.destination)] |= PortSet.any_of(
            PortSet.of(PROTOCOL_NAMES[port.protocol], port.port)
            for port in flow.ports
            if isinstance(port.port, int)
        )
    _bounded({place for pair in allowed for place in pair})
    return Picture({pair: Cell(each) for pair, each in allowed.items()})


def _place(peer: FlowPeer) -> Place:
    match peer:
        case Pods():
            return Place(peer.namespace, peer.name if peer.labels else "every pod")
        case Range():
            return Place("outside", str(peer.network))
        case Host():
            return Place("outside", peer.name)
        case Entity("world"):
            return Place("outside", "the internet")
        case Entity():
            return Place("nodes and API server", peer.name)
