"""Who reaches whom, on what, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from network.reachability import bits, ports
from network.reachability.classes import Classes, PeerClass, Semantics
from network.reachability.model import Cluster, Policy, Rule, Workload
from network.reachability.ports import PortSet, Protocol
from network.reachability.reasons import Allowed, Answer, Denied, Direction, Free, Reason
from network.reachability.rectangles import PortTable, Rectangle, disjoint, joined, merged
from network.reachability.terms import NO_TERMS, Terms

__all__ = ["Allowed", "Answer", "Denied", "Direction", "Exposure", "Free", "Reachability", "Row", "analyse"]


@dataclass(frozen=True, slots=True)
class Row:
    """Every source reaches every destination on these ports, and on no other."""

    sources: int
    """Set of classes, as bits: numbers in `Reachability.classes`."""
    destinations: int
    ports: PortSet


@dataclass(frozen=True, slots=True)
class Exposure:
    """Pods that more than their neighbours can reach."""

    destinations: int
    """Classes of pods, as bits."""
    ports: PortSet
    sources: int
    """Classes outside, as bits."""


class Reachability:
    """What an analysis found. Rows never overlap: a pair of classes is in one row or in none."""

    def __init__(self, cluster: Cluster, resolved: Classes, rows: tuple[Row, ...]) -> None:
        self.cluster = cluster
        self.resolved = resolved
        """What selectors and blocks mean here."""
        self._all_rows = rows
        hosts = resolved.hosts
        self.rows = tuple(
            row if sources == row.sources else replace(row, sources=sources)
            for row in rows
            if (sources := row.sources & ~hosts)
        )
        """Who reaches whom. A host's name says where connections lead, never where they come from: as a
        source it is among the addresses outside, and in `ports` alone."""

    @property
    def semantics(self) -> Semantics:
        """How policies were read."""
        return self.resolved.semantics

    @property
    def classes(self) -> Sequence[PeerClass]:
        """Every class by its number, the bit in rows."""
        return self.resolved.all

    def members(self, classes: int) -> Iterator[PeerClass]:
        """Yield the classes of a set."""
        for index in bits.members(classes):
            yield self.resolved.all[index]

    def ports(self, source: int, destination: int) -> PortSet:
        """Return the ports that one class (its number) reaches on another."""
        for row in self._rows_of.get(source, ()):
            if row.destinations >> destination & 1:
                return row.ports
        return ports.NONE

    def allowed(self, source: int, destination: int, port: int, protocol: Protocol = "TCP") -> bool:
        """Say whether one class (its number) reaches another on a port."""
        return (protocol, port) in self.ports(source, destination)

    @cached_property
    def perhaps(self) -> "Reachability":
        """The same where every address that nobody knows is in each block that may contain it.

        It has the same classes. What is in neither is not possible; what is only here is not known.
        """
        return self if self.resolved.is_certain else _solved(self.cluster, self.resolved.perhaps())

    def is_analysed(self, source: int, destination: int) -> bool:
        """Say whether policies decide about a pair of classes: not about what is outside among itself."""
        return bool((1 << source | 1 << destination) & self.resolved.pods)

    @cached_property
    def _rows_of(self) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = {}
        for row in self._all_rows:
            for source in bits.members(row.sources):
                found.setdefault(source, []).append(row)
        return found

    def why(self, source: int, destination: int, port: int, protocol: Protocol = "TCP") -> Answer:
        """Explain one connection: the rules that allow it, or the policies that deny it."""
        wanted = PortSet.of(protocol, port)
        reasons = (
            *self._reasons("egress", source, destination, wanted),
            *self._reasons("ingress", source, destination, wanted),
        )
        return Answer(
            self.classes[source],
            self.classes[destination],
            protocol,
            port,
            self.allowed(source, destination, port, protocol),
            reasons,
        )

    def _reasons(
        self, direction: Direction, source: int, destination: int, wanted: PortSet
    ) -> Iterator[Reason]:
        subject, peer = (source, destination) if direction == "egress" else (destination, source)
        end = "source" if direction == "egress" else "destination"
        each = self.classes[subject]
        if each.kind != "pods":
            yield Free(direction, f"no policy is about the {end}")
            return
        if direction == "ingress" and self.classes[peer].kind == "own-node":
            yield Free(direction, "a node always reaches its own pods")
            return
        isolating: list[Policy] = []
        allowing: list[Reason] = []
        for policy in self.resolved.policies:
            if policy.namespace != each.namespace or not self._selects(policy, subject):
                continue
            if policy.isolates_ingress if direction == "ingress" else policy.isolates_egress:
                isolating.append(policy)
            rules = policy.ingress if direction == "ingress" else policy.egress
            for number, rule in enumerate(rules):
                if self._matches(policy, rule, peer, destination, wanted):
                    allowing.append(Allowed(direction, policy, number))
        if not isolating:
            yield Free(direction, f"no policy isolates the {end}")
        yield from allowing
        if isolating and not allowing:
            yield Denied(direction, tuple(isolating))

    def cuts(self, source: int, destination: int) -> list[PortSet]:
        """Return what tells ports apart between two classes: where it is the same, so are the reasons."""
        found: list[PortSet] = [self.ports(source, destination)]
        for subject, direction in ((source, "egress"), (destination, "ingress")):
            for policy in self.resolved.policies:
                if policy.namespace == self.classes[subject].namespace and self._selects(policy, subject):
                    for rule in policy.egress if direction == "egress" else policy.ingress:
                        found.append(rule.ports)
                        found += self._named(rule, destination)
        return found

    def _named(self, rule: Rule, destination: int) -> Iterator[PortSet]:
        for named in rule.named_ports:
            for number, having in self.resolved.named.get(named, {}).items():
                if having >> destination & 1:
                    yield PortSet.of(named.protocol, number)

    def _selects(self, policy: Policy, index: int) -> bool:
        return bool(self.resolved.of_pods(policy.namespace, policy.pods) >> index & 1)

    def _matches(self, policy: Policy, rule: Rule, peer: int, destination: int, wanted: PortSet) -> bool:
        meant = rule.peers is None or any(
            self.resolved.of_peer(each, policy.namespace) >> peer & 1 for each in rule.peers
        )
        if not meant:
            return False
        return wanted <= rule.ports or any(wanted <= each for each in self._named(rule, destination))

    @cached_property
    def governed(self) -> frozenset[str]:
        """The names of the namespaces that have a policy."""
        return frozenset(policy.namespace for policy in self.resolved.policies)

    def internet_facing(self) -> tuple[Exposure, ...]:
        """Return the pods that addresses of the internet reach."""
        internet = bits.of(
            [
                index
                for index, each in enumerate(self.classes)
                if any(network.is_global for network in each.addresses.networks())
            ]
        )
        return self._exposed_to(internet)

    def cluster_wide(self) -> tuple[Exposure, ...]:
        """Return the pods that any pod of any namespace reaches, also of one made tomorrow."""
        others = bits.of([index for index, each in enumerate(self.classes) if each.kind == "other-pods"])
        return self._exposed_to(others)

    def _exposed_to(self, sources: int) -> tuple[Exposure, ...]:
        return tuple(
            Exposure(row.destinations & self.resolved.pods, row.ports, row.sources & sources)
            for row in self.rows
            if row.sources & sources and row.destinations & self.resolved.pods
        )

    def unselected(self) -> tuple[Workload, ...]:
        """Return the workloads that no policy selects, host-network pods among them."""
        selected = 0
        for policy in self.resolved.policies:
            selected |= self.resolved.of_pods(policy.namespace, policy.pods)
        return tuple(
            workload for each in self.members(self.resolved.every & ~selected) for workload in each.workloads
        )


def analyse(cluster: Cluster, semantics: Semantics = "vanilla", apart: Terms = NO_TERMS) -> Reachability:
    """Return who reaches whom in a cluster, by pods' own ports: policies act behind Services.

    What depends on addresses that are not known is not in the rows, but in those of `perhaps`.

    Peers are told apart where policies tell them apart, and by what `apart` adds to that.

    Not in the rows: a pod with itself (not defined), and what is outside among itself.
    """
    return _solved(cluster, Classes(cluster, semantics, apart))


def _solved(cluster: Cluster, classes: Classes) -> Reachability:
    table = PortTable()
    leaving, arriving = _rules(classes, table)
    found = disjoint(joined(merged(leaving), merged(arriving), table), table)
    rows = tuple(Row(each.sources, each.destinations, table.sets[each.ports]) for each in found)
    return Reachability(cluster, classes, rows)


def _rules(classes: Classes, table: PortTable) -> tuple[list[Rectangle], list[Rectangle]]:
    """Return what sources may send and what destinations may receive, each as a relation."""
    leaving: list[Rectangle] = []
    arriving: list[Rectangle] = []
    isolated_out = isolated_in = 0
    for policy in classes.policies:
        targets = classes.of_pods(policy.namespace, policy.pods)
        if not targets:
            continue
        if policy.isolates_ingress:
            isolated_in |= targets
        if policy.isolates_egress:
            isolated_out |= targets
        for rule in policy.ingress:
            peers = _peers(classes, policy, rule)
            for only, allowed in _ports(classes, rule, table):
                arriving.append(Rectangle(peers, targets & only, allowed))
        for rule in policy.egress:
            peers = _peers(classes, policy, rule)
            for only, allowed in _ports(classes, rule, table):
                leaving.append(Rectangle(targets, peers & only, allowed))
    every_port = 0
    own_node = classes.of_entity("own-node")
    leaving.append(Rectangle(classes.every & ~isolated_out, classes.every, every_port))
    arriving.append(Rectangle(classes.every, classes.pods & ~isolated_in, every_port))
    # What is outside receives from pods only: the rest is no business of policies.
    arriving.append(Rectangle(classes.pods, classes.outside, every_port))
    arriving.append(Rectangle(own_node, classes.pods, every_port))
    return _possible(leaving), _possible(arriving)


def _possible(rectangles: list[Rectangle]) -> list[Rectangle]:
    return [each for each in rectangles if each.sources and each.destinations]


def _peers(classes: Classes, policy: Policy, rule: Rule) -> int:
    if rule.peers is None:
        return classes.every
    found = 0
    for peer in rule.peers:
        found |= classes.of_peer(peer, policy.namespace)
    return found


def _ports(classes: Classes, rule: Rule, table: PortTable) -> Iterator[tuple[int, int]]:
    """Yield the destinations that a rule's ports apply to, with the ports there.

    A named port is a number of the destination's, so a rule with one may mean another port for each.
    """
    if rule.ports:
        yield classes.every, table.number(rule.ports)
    for named in rule.named_ports:
        for number, having in classes.named.get(named, {}).items():
            yield having, table.number(PortSet.of(named.protocol, number))
