"""A suspicion, and how much each kind of it weighs."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from network.reachability.analysis import Direction, Reachability
from network.reachability.model import Policy, Rule

Kind = Literal[
    "covered-by-its-exceptions",
    "rules-without-type",
    "anyone-by-empty-list",
    "every-port-by-empty-list",
    "two-peers-for-one",
    "two-rules-for-one",
    "port-of-service",
    "block-of-service",
    "name-of-service",
    "unlearned-names",
    "nobody-by-empty-list",
    "selects-nothing",
    "unknown-namespace",
    "peer-selects-nothing",
    "unmatched-named-port",
    "egress-without-dns",
    "dns-to-own-namespace",
    "unreachable-service",
    "block-of-cluster-addresses",
    "redundant-rule",
    "repeated-rule",
    "ipv6-forgotten",
    "ipv4-forgotten",
]
"""In the order of their weight: first what lets in more than is meant or cuts what is, last what may be so.

`redundant-rule` says nothing that another of the same kind of policy and the same pods does not;
`repeated-rule`, nothing that another kind of policy or one about more pods does not: it may be there for the
day on which the other goes."""


@dataclass(frozen=True, slots=True)
class Lint:
    """One suspicion."""

    kind: Kind
    subject: str
    """The policy, Service or pods concerned."""
    text: str
    """What is so, and what follows from it."""
    about: Hashable = None
    """Which part of the subject: the same in two versions, where the number of a rule may be another."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.text} ({self.kind})"


def by_weight(lints: Iterable[Lint]) -> list[Lint]:
    """Return suspicions with the gravest first, else in their order."""
    order: tuple[Kind, ...] = get_args(Kind)
    return sorted(lints, key=lambda lint: order.index(lint.kind))


@dataclass(frozen=True, slots=True)
class Resolved:
    """A rule with the classes that it is about."""

    policy: Policy
    direction: Direction
    number: int
    rule: Rule
    targets: int
    peers: int

    @property
    def destinations(self) -> int:
        """Return the classes that its ports are those of."""
        return self.targets if self.direction == "ingress" else self.peers

    @property
    def where(self) -> str:
        """Return which rule of its policy it is, in words."""
        return f"{self.direction} rule {self.number + 1}"


def resolved_rules(reachability: Reachability) -> Iterator[Resolved]:
    """Yield every rule that counts."""
    resolved = reachability.resolved
    for policy in resolved.policies:
        targets = resolved.of_pods(policy.namespace, policy.pods)
        directions: tuple[tuple[Direction, tuple[Rule, ...]], ...] = (
            ("ingress", policy.ingress),
            ("egress", policy.egress),
        )
        for direction, rules in directions:
            for number, rule in enumerate(rules):
                peers = resolved.every if rule.peers is None else 0
                for peer in rule.peers or ():
                    peers |= resolved.of_peer(peer, policy.namespace)
                yield Resolved(policy, direction, number, rule, targets, peers)
