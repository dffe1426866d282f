"""What changes between two versions of a cluster: connections opened and closed."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter, eq

from network.reachability import bits, ports
from network.reachability.addresses import AddressSet
from network.reachability.analysis import Reachability, analyse
from network.reachability.classes import PeerClass
from network.reachability.model import Workload
from network.reachability.ports import PortSet


@dataclass(frozen=True, slots=True)
class Both:
    """Peers that neither version tells apart."""

    peer: PeerClass
    """With only those workloads and addresses that are in both classes."""
    before: int | None
    """Number of the class in the earlier version; None if these peers are new."""
    after: int | None
    """Number of the class in the later version; None if these peers are gone."""

    def __str__(self) -> str:
        return str(self.peer)


@dataclass(frozen=True, slots=True)
class Change:
    """Every source reached (or reaches now) every destination on these ports, and only in one version."""

    sources: tuple[Both, ...]
    destinations: tuple[Both, ...]
    ports: PortSet


@dataclass(frozen=True, slots=True)
class Difference:
    """Connections that only the later version allows, and those that only the earlier one did."""

    opened: tuple[Change, ...]
    closed: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.opened or self.closed)


def compare(before: Reachability, after: Reachability) -> Difference:
    """Return the difference, grouped as far as peers behave alike."""
    hosts = before.resolved.terms.hosts | after.resolved.terms.hosts
    world = before.cluster.world | after.cluster.world
    before, after = _about(before, hosts, world), _about(after, hosts, world)
    shared = list(_shared(before, after))
    was = _translated(before, [each.before for each in shared])
    now = _translated(after, [each.after for each in shared])
    old = _by_source(row for row in was if row not in now)
    new = _by_source(row for row in now if row not in was)
    return Difference(_changes(new, old, shared), _changes(old, new, shared))


def _about(reachability: Reachability, hosts: frozenset[str], world: AddressSet) -> Reachability:
    """Return the version with classes for hosts and addresses that only the other knows: rules may cover
    them here."""
    terms, cluster = reachability.resolved.terms, reachability.cluster
    if hosts <= terms.hosts and world == cluster.world:
        return reachability
    wider = analyse(replace(cluster, world=world), reachability.semantics, replace(terms, hosts=hosts))
    return wider.perhaps if reachability.resolved.optimistic else wider


_Row = tuple[int, int, PortSet]
_Cells = list[tuple[int, PortSet]]


def _translated(reachability: Reachability, classes: list[int | None]) -> dict[_Row, None]:
    """Return the rows with sets of shared classes instead of the version's own."""
    meant: defaultdict[int, list[int]] = defaultdict(list)
    for index, own in enumerate(classes):
        if own is not None:
            meant[own].append(index)
    same = all(meant.get(index) == [index] for index in range(len(reachability.classes)))
    known: dict[int, int] = {}

    def translated(own: int) -> int:
        if same:
            return own
        found = known.get(own)
        if found is None:
            found = bits.of([index for each in bits.members(own) for index in meant.get(each, ())])
            known[own] = found
        return found

    return dict.fromkeys(
        (translated(row.sources), translated(row.destinations), row.ports) for row in reachability.rows
    )


def _by_source(rows: Iterator[_Row]) -> dict[int, _Cells]:
    found: defaultdict[int, _Cells] = defaultdict(list)
    for sources, destinations, allowed in rows:
        for source in bits.members(sources):
            found[source].append((destinations, allowed))
    return found


def _changes(these: dict[int, _Cells], others: dict[int, _Cells], shared: list[Both]) -> tuple[Change, ...]:
    """Return what `these` rows allow and the others do not."""
    found: defaultdict[tuple[int, PortSet], list[int]] = defaultdict(list)
    for source, cells in these.items():
        for destinations, allowed in _missing(cells, others.get(source, [])):
            found[destinations, allowed].append(source)
    by_sources: defaultdict[tuple[tuple[int, ...], PortSet], int] = defaultdict(int)
    for (destinations, allowed), sources in found.items():
        by_sources[tuple(sources), allowed] |= destinations
    return tuple(
        Change(
            tuple(shared[index] for index in sources),
            tuple(shared[index] for index in bits.members(destinations)),
            allowed,
        )
        for (sources, allowed), destinations in by_sources.items()
    )


def _missing(cells: _Cells, others: _Cells) -> Iterator[tuple[int, PortSet]]:
    """Yield destinations and ports of cells that the others lack; cells of one list do not overlap."""
    found: defaultdict[PortSet, int] = defaultdict(int)
    for destinations, allowed in cells:
        left = destinations
        for other_destinations, other_ports in others:
            common = left & other_destinations
            if common:
                left ^= common
                if missing := allowed - other_ports:
                    found[missing] |= common
        if left:
            found[allowed] |= left
    for allowed, destinations in found.items():
        if allowed != ports.NONE:
            yield destinations, allowed


def _shared(before: Reachability, after: Reachability) -> Iterator[Both]:
    """Yield the classes that both versions together tell apart."""
    yield from _pods(before, after)
    for kind in ("other-pods", "own-node", "other-nodes", "kube-apiserver"):
        here, there = _only(before, kind), _only(after, kind)
        yield Both(before.classes[here], here, there)
    yield from _addresses(before, after)
    yield from _hosts(before, after)


def _only(reachability: Reachability, kind: str) -> int:
    (found,) = (index for index, each in enumerate(reachability.classes) if each.kind == kind)
    return found


_Identity = tuple[str, str, str, bool]
_Classes = list[tuple[int, PeerClass]]


_identity: Callable[[Workload], _Identity] = attrgetter("kind", "namespace", "name", "host_network")


def _pods(before: Reachability, after: Reachability) -> Iterator[Both]:
    """Yield pods by the pair of classes that they are in."""
    was = [(index, each) for index, each in enumerate(before.classes) if each.workloads]
    now = [(index, each) for index, each in enumerate(after.classes) if each.workloads]
    first = {_identity(each.workloads[0]): (index, each) for index, each in now}
    old: _Classes = []
    paired: set[int] = set()
    for here, each in was:
        there, later = first.get(_identity(each.workloads[0]), (-1, each))
        # Most classes stay as they are; nothing has to be made for each of their workloads.
        if there >= 0 and there not in paired and _same(each.workloads, later.workloads):
            paired.add(there)
            yield Both(later, here, there)
        else:
            old.append((here, each))
    yield from _mixed(old, [(there, each) for there, each in now if there not in paired])


def _same(one: tuple[Workload, ...], other: tuple[Workload, ...]) -> bool:
    return len(one) == len(other) and all(map(eq, map(_identity, one), map(_identity, other)))


def _mixed(old: _Classes, new: _Classes) -> Iterator[Both]:
    """Yield pods of classes that the two versions cut differently."""
    was, now = _by_identity(old), _by_identity(new)
    found: defaultdict[tuple[int | None, int | None], list[Workload]] = defaultdict(list)
    for identity in dict.fromkeys((*was, *now)):
        for here, there, workload in _paired(was.get(identity, {}), now.get(identity, {})):
            found[here, there].append(workload)
    for (here, there), workloads in found.items():
        kind = "host-network" if workloads[0].host_network else "pods"
        yield Both(PeerClass(kind, workloads[0].namespace, tuple(workloads)), here, there)


def _by_identity(classes: _Classes) -> dict[_Identity, dict[int, Workload]]:
    found: dict[_Identity, dict[int, Workload]] = {}
    for index, each in classes:
        for workload in each.workloads:
            found.setdefault(_identity(workload), {})[index] = workload
    return found


def _paired(
    old: dict[int, Workload], new: dict[int, Workload]
) -> Iterator[tuple[int | None, int | None, Workload]]:
    """Pair the classes of one workload whose pods differ: by labels and addresses, else in order."""
    left = dict(new)
    unmatched: list[tuple[int, Workload]] = []
    for here, workload in old.items():
        matching = [
            there
            for there, later in left.items()
            if later.labels == workload.labels and set(later.addresses) & set(workload.addresses)
        ] or [there for there, later in left.items() if later.labels == workload.labels]
        if matching:
            yield here, matching[0], left.pop(matching[0])
        else:
            unmatched.append((here, workload))
    rest = list(left.items())
    for position, (here, workload) in enumerate(unmatched):
        yield here, rest[position][0] if position < len(rest) else None, workload
    for there, later in rest[len(unmatched) :]:
        yield None, there, later


def _addresses(before: Reachability, after: Reachability) -> Iterator[Both]:
    """Yield the pieces of the world that both versions together tell apart."""
    olds = [(index, each) for index, each in enumerate(before.classes) if each.kind == "addresses"]
    news = [(index, each) for index, each in enumerate(after.classes) if each.kind == "addresses"]
    later = {each.addresses: index for index, each in news}
    for here, old in olds:
        if (same := later.get(old.addresses)) is not None:
            yield Both(old, here, same)
            continue
        for there, new in news:
            if both := old.addresses & new.addresses:
                yield Both(PeerClass("addresses", addresses=both), here, there)


def _hosts(before: Reachability, after: Reachability) -> Iterator[Both]:
    """Yield host names; both versions have the same ones."""
    later = {host: index for index, host in _host_classes(after)}
    for index, host in _host_classes(before):
        yield Both(before.classes[index], index, later[host])


def _host_classes(reachability: Reachability) -> Iterator[tuple[int, str]]:
    for index in bits.members(reachability.resolved.hosts):
        yield index, reachability.classes[index].host
