"""Relations between sources and destinations as rectangles: every source of one set reaches every
destination of another on the same ports.

Nothing here ever looks at pairs one by one; what a policy says is one rectangle, and stays one for as long
as nothing cuts it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from network.reachability import bits
from network.reachability.ports import ALL, PortSet

_NARROW = 64
"""A set of up to so many classes is looked up member by member."""


class Rectangle(NamedTuple):
    """Sources, destinations (sets of classes) and the number of a set of ports."""

    sources: int
    destinations: int
    ports: int


class PortTable:
    """Port sets by number, with what two of them have in common computed once."""

    def __init__(self) -> None:
        self.sets: list[PortSet] = [ALL]
        self._numbers: dict[PortSet, int] = {ALL: 0}
        self._common: dict[tuple[int, int], int] = {}
        self._either: dict[tuple[int, int], int] = {}

    def number(self, ports: PortSet) -> int:
        """Return the number of a port set; 0 is every port."""
        found = self._numbers.get(ports)
        if found is None:
            found = self._numbers[ports] = len(self.sets)
            self.sets.append(ports)
        return found

    def common(self, one: int, other: int) -> int:
        """Return the number of what two sets share."""
        if one == other or other == 0:
            return one
        if one == 0:
            return other
        key = (one, other) if one < other else (other, one)
        found = self._common.get(key)
        if found is None:
            found = self._common[key] = self.number(self.sets[one] & self.sets[other])
        return found

    def either(self, one: int, other: int) -> int:
        """Return the number of the union of two sets."""
        if one == other or one == 0:
            return one
        if other == 0:
            return other
        key = (one, other) if one < other else (other, one)
        found = self._either.get(key)
        if found is None:
            found = self._either[key] = self.number(self.sets[one] | self.sets[other])
        return found


def merged(rectangles: Iterable[Rectangle]) -> list[Rectangle]:
    """Return the same relation in fewer rectangles: those that differ in one side only become one."""
    by_target: defaultdict[tuple[int, int], int] = defaultdict(int)
    for sources, destinations, ports in rectangles:
        by_target[destinations, ports] |= sources
    by_source: defaultdict[tuple[int, int], int] = defaultdict(int)
    for (destinations, ports), sources in by_target.items():
        by_source[sources, ports] |= destinations
    return [Rectangle(sources, destinations, ports) for (sources, ports), destinations in by_source.items()]


def joined(leaving: Sequence[Rectangle], arriving: Sequence[Rectangle], table: PortTable) -> list[Rectangle]:
    """Return what both relations allow."""
    index = _Index(arriving)
    nothing = table.number(PortSet())
    found: list[Rectangle] = []
    for sources, destinations, ports in leaving:
        for number in index.candidates(sources, destinations):
            other_sources, other_destinations, other_ports = arriving[number]
            both_sources = sources & other_sources
            if not both_sources:
                continue
            both_destinations = destinations & other_destinations
            if not both_destinations:
                continue
            common = table.common(ports, other_ports)
            if common != nothing:
                found.append(Rectangle(both_sources, both_destinations, common))
    return found


class _Index:
    """Finds the rectangles that may meet another, by whichever side is narrow."""

    def __init__(self, rectangles: Sequence[Rectangle]) -> None:
        self._count = len(rectangles)
        self._by_source: defaultdict[int, list[int]] = defaultdict(list)
        self._by_destination: defaultdict[int, list[int]] = defaultdict(list)
        self._wide_sources: list[int] = []
        self._wide_destinations: list[int] = []
        self._members: dict[int, list[int]] = {}
        for number, (sources, destinations, _) in enumerate(rectangles):
            if sources.bit_count() <= _NARROW:
                for each in bits.members(sources):
                    self._by_source[each].append(number)
            else:
                self._wide_sources.append(number)
            if destinations.bit_count() <= _NARROW:
                for each in bits.members(destinations):
                    self._by_destination[each].append(number)
            else:
                self._wide_destinations.append(number)

    def candidates(self, sources: int, destinations: int) -> Iterable[int]:
        """Return the numbers of rectangles that may share sources and destinations with these."""
        choices: list[tuple[int, list[list[int]]]] = []
        if sources.bit_count() <= _NARROW:
            lists = [self._by_source[each] for each in bits.members(sources) if each in self._by_source]
            choices.append((sum(map(len, lists)) + len(self._wide_sources), [*lists, self._wide_sources]))
        if destinations.bit_count() <= _NARROW:
            lists = [
                self._by_destination[each]
                for each in bits.members(destinations)
                if each in self._by_destination
            ]
            wide = self._wide_destinations
            choices.append((sum(map(len, lists)) + len(wide), [*lists, wide]))
        if not choices:
            return range(self._count)
        _, lists = min(choices, key=lambda choice: choice[0])
        if len(lists) == 1:
            return lists[0]
        return {number for numbers in lists for number in numbers}


def disjoint(rectangles: Sequence[Rectangle], table: PortTable) -> list[Rectangle]:
    """Return the same relation so that every pair is in at most one rectangle, with all its ports."""
    wide_sources = sum(each.sources.bit_count() for each in rectangles)
    wide_destinations = sum(each.destinations.bit_count() for each in rectangles)
    if wide_sources <= wide_destinations:
        return [Rectangle(*each) for each in _disjoint(rectangles, table)]
    turned = [Rectangle(each.destinations, each.sources, each.ports) for each in rectangles]
    return [Rectangle(there, here, ports) for here, there, ports in _disjoint(turned, table)]


def _disjoint(rectangles: Sequence[Rectangle], table: PortTable) -> list[Rectangle]:
    """Cut by the first side: group what takes part in the same rectangles, then cut the other side."""
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for number, rectangle in enumerate(rectangles):
        for each in bits.members(rectangle.sources):
            parts[each].append(number)
    groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for each, numbers in parts.items():
        groups[tuple(numbers)].append(each)
    found: defaultdict[tuple[int, int], int] = defaultdict(int)
    for numbers, members in groups.items():
        sources = bits.of(members)
        for destinations, ports in _cells([rectangles[number][1:] for number in numbers], table):
            found[destinations, ports] |= sources
    return [Rectangle(sources, destinations, ports) for (destinations, ports), sources in found.items()]


def _cells(layers: Sequence[tuple[int, int]], table: PortTable) -> Iterable[tuple[int, int]]:
    """Return destinations with their ports: each destination once, however many layers have it."""
    by_ports: dict[int, int] = {}
    for destinations, ports in layers:
        by_ports[ports] = by_ports.get(ports, 0) | destinations
    whole = by_ports.pop(0, 0)
    cells: dict[int, int] = {}
    seen = 0
    for ports, destinations in by_ports.items():
        destinations &= ~whole
        overlap = destinations & seen
        if overlap:
            for known, there in list(cells.items()):
                common = there & overlap
                if common:
                    both = table.either(known, ports)
                    if both != known:
                        cells[known] ^= common
                        cells[both] = cells.get(both, 0) | common
            destinations ^= overlap
            seen |= destinations
        else:
            seen |= destinations
        if destinations:
            cells[ports] = cells.get(ports, 0) | destinations
    if whole:
        cells[0] = cells.get(0, 0) | whole
    return [(destinations, ports) for ports, destinations in cells.items() if destinations]
