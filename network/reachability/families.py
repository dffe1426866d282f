"""Rules that mean every address, and forget those of the other family."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from network.reachability.addresses import EVERY_IPV4, EVERY_IPV6, AddressSet
from network.reachability.analysis import Direction
from network.reachability.model import AddressPeer, Rule
from network.reachability.suspicion import Kind, Lint, Resolved

_Opened = Mapping[tuple[str, Direction], int]
"""Pods that some rule opens to all of a family of addresses, by namespace and direction."""

_FAMILIES: tuple[tuple[str, str, AddressSet, AddressSet, Kind], ...] = (
    ("IPv4", "IPv6 (::/0)", EVERY_IPV4, EVERY_IPV6, "ipv6-forgotten"),
    ("IPv6", "IPv4 (0.0.0.0/0)", EVERY_IPV6, EVERY_IPV4, "ipv4-forgotten"),
)


def one_family(rules: Sequence[Resolved]) -> Iterator[Lint]:
    """Yield the rules, unless others open the same pods to the other family."""
    for name, missing, meant, other, kind in _FAMILIES:
        opened = _opened(rules, other)
        for each in rules:
            blocks = [peer for peer in each.rule.peers or () if isinstance(peer, AddressPeer)]
            every = AddressSet.any_of(peer.addresses for peer in blocks)
            if _is_most_of(every, meant) and not every & other and not _is_open(opened, each, other):
                text = (
                    f"{each.where}: ipBlock {blocks[0].text} is {name} only: nothing of {missing} is allowed"
                )
                yield Lint(kind, str(each.policy), text, (each.direction, blocks[0]))


def _is_most_of(addresses: AddressSet, whole: AddressSet) -> bool:
    """Say whether more than half of a family is there: all of it is meant, but for exceptions."""
    ((first, last),) = whole.line
    return 2 * sum(end - start + 1 for start, end in (addresses & whole).line) > last - first + 1


def _is_open(opened: _Opened, each: Resolved, whole: AddressSet) -> bool:
    """Say whether rules open all pods of this one to a family; without pods, those of its own policy."""
    if each.targets:
        return not each.targets & ~opened.get((each.policy.namespace, each.direction), 0)
    rules = each.policy.ingress if each.direction == "ingress" else each.policy.egress
    return any(_has(rule, whole) for rule in rules)


def _has(rule: Rule, whole: AddressSet) -> bool:
    return rule.peers is None or any(
        isinstance(peer, AddressPeer) and peer.addresses >= whole for peer in rule.peers
    )


def _opened(rules: Sequence[Resolved], whole: AddressSet) -> _Opened:
    found: defaultdict[tuple[str, Direction], int] = defaultdict(int)
    for each in rules:
        if _has(each.rule, whole):
            found[each.policy.namespace, each.direction] |= each.targets
    return found
