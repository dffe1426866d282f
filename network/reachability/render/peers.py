"""Peers and connections as a picture shows them: by name, each pair once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from network.plan.model.flows import Entity, Flow, Host, Pods, Range
from network.plan.model.flows import Peer as FlowPeer
from network.reachability.addresses import AddressSet
from network.reachability.analysis import Reachability
from network.reachability.classes import PeerClass
from network.reachability.compare import Change, Difference, compare
from network.reachability.model import Cluster
from network.reachability.names import range_name
from network.reachability.ports import NONE, PROTOCOL_NAMES, PortSet

MOST = 150
"""Peers that a matrix may have; beyond it nobody could read it."""
MOST_IN_GRAPH = 50
"""Likewise of a graph, whose lines cross."""
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


Naming = Callable[[Cluster, PeerClass], list[Place]]
"""What to call the peers of a class in a picture."""


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
    undecided: frozenset[Place] = frozenset()
    """Peers that no policy is about: connections among them are not analysed."""
    note: str = ""
    """What was put together or left out, so that it can be read."""

    @property
    def sources(self) -> list[Place]:
        """Every peer that opens connections, in the order of groups and names."""
        return _ordered({source for source, _ in self.cells})

    @property
    def destinations(self) -> list[Place]:
        """Every peer that accepts connections."""
        return _ordered({destination for _, destination in self.cells})


def of_reachability(found: Reachability, most: int = MOST) -> Picture:
    """Return the picture of one analysis. Left out is a node reaching its own pods, which nothing can forbid.

    Peers that would be too many are put together. Raises TooManyPeersError if they still are.
    """
    called, note = _naming(found.cluster, found.classes, most)
    cells = {pair: Cell(allowed) for pair, allowed in _open(found, called).items()}
    return Picture(cells, undecided=_undecided(found, called), note=note)


def of_difference(before: Reachability, after: Reachability, most: int = MOST) -> Picture:
    """Return the picture of the later analysis, with what the earlier one did not allow, and what it did.

    Where that were too many peers, only what differs is drawn. Raises TooManyPeersError if that is too much.
    """
    difference: Difference = compare(before, after)
    if len(_individuals(after.cluster, after.classes)) > most:
        return _changes_alone(before, after, difference, most)
    called: Naming = _places
    now = _open(after, called)
    opened = _changed(after.cluster, difference.opened, called)
    closed = _changed(before.cluster, difference.closed, called)
    pairs = dict.fromkeys((*now, *opened, *closed))
    return Picture(
        {
            pair: Cell(
                now.get(pair, NONE), opened.get(pair, NONE), closed.get(pair, NONE) - now.get(pair, NONE)
            )
            for pair in pairs
        },
        compares=True,
        undecided=_undecided(after, called),
    )


def _changes_alone(before: Reachability, after: Reachability, difference: Difference, most: int) -> Picture:
    peers = [
        each.peer
        for change in (*difference.opened, *difference.closed)
        for each in (*change.sources, *change.destinations)
    ]
    called, note = _naming(after.cluster, peers, most)
    opened = _changed(after.cluster, difference.opened, called)
    closed = _changed(before.cluster, difference.closed, called)
    return Picture(
        {
            pair: Cell(opened.get(pair, NONE), opened.get(pair, NONE), closed.get(pair, NONE))
            for pair in dict.fromkeys((*opened, *closed))
        },
        compares=True,
        undecided=_undecided(after, called),
        note="; ".join(filter(None, ("only what differs is drawn", note))),
    )


def _naming(cluster: Cluster, peers: Sequence[PeerClass], most: int) -> tuple[Naming, str]:
    """Return what to call peers so that there are few enough, and what that puts together."""
    if len(_individuals(cluster, peers)) <= most:
        return _places, ""
    for called, note in (
        (_class, "workloads that policies do not tell apart stand together"),
        (_namespace, "the workloads of a namespace stand together"),
    ):
        places = {place for peer in peers for place in called(cluster, peer)}
        if len(places) <= most:
            return called, note
    _bounded(places, most)
    raise AssertionError("unreachable")


def _individuals(cluster: Cluster, peers: Sequence[PeerClass]) -> set[Place]:
    return {place for peer in peers for place in _places(cluster, peer)}


def _class(cluster: Cluster, peer: PeerClass) -> list[Place]:
    names = sorted({each.name for each in peer.workloads})
    if len(names) < 3:
        return _places(cluster, peer)
    return [Place(peer.namespace, f"{names[0]}, {names[1]} and {len(names) - 2} more")]


def _namespace(cluster: Cluster, peer: PeerClass) -> list[Place]:
    return [Place(peer.namespace, "some workloads")] if peer.workloads else _places(cluster, peer)


def _undecided(found: Reachability, called: Naming) -> frozenset[Place]:
    pods = found.resolved.pods
    within = {p for i, each in enumerate(found.classes) if pods >> i & 1 for p in called(found.cluster, each)}
    others = {place for each in found.classes for place in called(found.cluster, each)}
    return frozenset(others - within)


def _open(found: Reachability, called: Naming) -> dict[tuple[Place, Place], PortSet]:
    own_node = found.resolved.of_entity("own-node")
    places = [called(found.cluster, each) for each in found.classes]
    allowed: defaultdict[tuple[Place, Place], PortSet] = defaultdict(PortSet)
    for row in found.rows:
        sources = _of(places, row.sources & ~own_node)
        destinations = _of(places, row.destinations)
        for source in sources:
            for destination in destinations:
                allowed[source, destination] |= row.ports
    return dict(allowed)


def _changed(
    cluster: Cluster, changes: Sequence[Change], called: Naming
) -> dict[tuple[Place, Place], PortSet]:
    allowed: defaultdict[tuple[Place, Place], PortSet] = defaultdict(PortSet)
    for change in changes:
        sources = (each.peer for each in change.sources if each.peer.kind != "own-node")
        for source in _all(cluster, sources, called):
            for destination in _all(cluster, (each.peer for each in change.destinations), called):
                allowed[source, destination] |= change.ports
    return dict(allowed)


def _all(cluster: Cluster, peers: Iterator[PeerClass], called: Naming) -> list[Place]:
    return _ordered({place for peer in peers for place in called(cluster, peer)})


def _of(places: Sequence[Sequence[Place]], classes: int) -> list[Place]:
    return _ordered({place for index, each in enumerate(places) if classes >> index & 1 for place in each})


def _bounded(places: set[Place], most: int = MOST) -> None:
    if len(places) > most:
        raise TooManyPeersError(
            f"{len(places):,} peers cannot be read in a picture, {most} at most: take text, markdown or json"
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
            PortSet.of(PROTOCOL_NAMES[port.protocol], port.port, port.end_port)
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
