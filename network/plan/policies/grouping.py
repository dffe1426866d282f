"""Rules of one policy brought together: whoever may use the same ports stands in one rule."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from network.plan.model.flows import Port


@dataclass(frozen=True)
class Side:
    """One peer of a flow as a policy spells it."""

    field: str
    """The rule's field that lists such peers, such as `from` or `toEntities`."""
    peer: Any
    ports: Sequence[Port]


@dataclass(frozen=True)
class Group:
    """One rule: each of the peers on each of the ports."""

    field: str
    peers: tuple[Any, ...]
    ports: tuple[Port, ...]


def grouped(sides: Iterable[Side]) -> tuple[Group, ...]:
    """Return the fewest rules that say the same, in the order in which their first peers come.

    A peer's ports are all that any flow gives it; peers of one field with equal ports share a rule. So
    each peer stands in exactly one rule, and no pair of peer and port is added.
    """
    peers: dict[tuple[str, str], Any] = {}
    ports: dict[tuple[str, str], dict[Port, None]] = {}
    for side in sides:
        key = (side.field, json.dumps(side.peer, sort_keys=True))
        peers.setdefault(key, side.peer)
        ports.setdefault(key, {}).update(dict.fromkeys(side.ports))
    rules: dict[tuple[str, frozenset[Port]], list[tuple[str, str]]] = {}
    for key, given in ports.items():
        rules.setdefault((key[0], frozenset(given)), []).append(key)
    return tuple(
        Group(field, tuple(peers[key] for key in keys), tuple(ports[keys[0]]))
        for (field, _), keys in rules.items()
    )
