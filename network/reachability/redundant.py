"""Rules that another rule covers.

Only rules about the same pods can: of each set of pods, and of peers, one member is looked up among those of
the other rules, so that rules which have nothing in common are never compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from network.reachability import bits, ports
from network.reachability.model import Rule
from network.reachability.suspicion import Lint, Resolved


def redundant(rules: Iterable[Resolved]) -> Iterator[Lint]:
    """Yield rules that one other rule covers; only those of one namespace can be about the same pods."""
    neighbours: defaultdict[tuple[str, str], list[Resolved]] = defaultdict(list)
    for each in rules:
        if each.targets and each.peers:
            neighbours[each.policy.namespace, each.direction].append(each)
    for group in neighbours.values():
        wider = _Wider(group)
        for index, each in enumerate(group):
            for other_index in wider.than(each):
                other = group[other_index]
                # Of two that say the same only the later one is redundant.
                if other_index == index or not _says(other.rule, each.rule):
                    continue
                if other_index < index or not _same(each, other):
                    yield _covered(each, other)
                    break


class _Wider:
    """Finds the rules of a group that are about all pods and all peers of one, and perhaps more."""

    def __init__(self, group: list[Resolved]) -> None:
        by_sets: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index, each in enumerate(group):
            by_sets[each.targets, each.peers].append(index)
        self._by_sets = by_sets
        targets, peers = ({sets[side] for sets in by_sets} for side in (0, 1))
        self._targets, self._peers = _Containing(targets), _Containing(peers)
        self._peers_of: defaultdict[int, dict[int, None]] = defaultdict(dict)
        for mine, theirs in by_sets:
            self._peers_of[mine][theirs] = None
        self._known: dict[tuple[int, int], list[int]] = {}

    def than(self, each: Resolved) -> list[int]:
        """Return their numbers, in order."""
        key = (each.targets, each.peers)
        found = self._known.get(key)
        if found is None:
            peers = self._peers.of(each.peers)
            found = self._known[key] = sorted(
                index
                for targets in self._targets.of(each.targets)
                for theirs in _common(peers, self._peers_of[targets])
                for index in self._by_sets[targets, theirs]
            )
        return found


class _Containing:
    """Finds the sets that contain one of them: each by its lowest member."""

    def __init__(self, sets: Iterable[int]) -> None:
        every = list(sets)
        lowest = bits.of(sorted({bits.first(each) for each in every}))
        self._having: defaultdict[int, list[int]] = defaultdict(list)
        for each in every:
            for member in bits.members(each & lowest):
                self._having[member].append(each)
        self._known: dict[int, dict[int, None]] = {}

    def of(self, wanted: int) -> dict[int, None]:
        """Return those that contain a set, which is one of them."""
        found = self._known.get(wanted)
        if found is None:
            having = self._having[bits.first(wanted)]
            found = self._known[wanted] = {each: None for each in having if not wanted & ~each}
        return found


def _common(one: dict[int, None], other: dict[int, None]) -> list[int]:
    few, many = (one, other) if len(one) < len(other) else (other, one)
    return [each for each in few if each in many]


def _covered(each: Resolved, by: Resolved) -> Lint:
    alike = (each.policy.kind, each.targets) == (by.policy.kind, by.targets)
    kind = "redundant-rule" if alike else "repeated-rule"
    whose = "its own" if by.policy == each.policy else str(by.policy)
    text = f"{each.where} says nothing that {whose} {by.where} does not"
    return Lint(kind, str(each.policy), text, (each.direction, each.rule))


def _same(one: Resolved, other: Resolved) -> bool:
    """Say whether two rules, of which one covers the other, say the same."""
    return (one.targets, one.peers) == (other.targets, other.peers) and _says(one.rule, other.rule)


def _says(wide: Rule, narrow: Rule) -> bool:
    """Say whether a rule, whoever it is about, says all that another does about ports and names."""
    if narrow.learns_names and not wide.learns_names:
        return False
    named = set(narrow.named_ports) <= set(wide.named_ports) or wide.ports == ports.ALL
    return named and narrow.ports <= wide.ports
