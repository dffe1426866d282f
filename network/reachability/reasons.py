"""Why a connection is possible, or is not."""

from dataclasses import dataclass
from typing import Literal

from network.reachability.model import Policy
from network.reachability.peer_class import PeerClass
from network.reachability.ports import Protocol

Direction = Literal["ingress", "egress"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """A rule that lets a connection pass in one direction."""

    direction: Direction
    policy: Policy
    rule: int
    """Index among the policy's rules of that direction."""

    def __str__(self) -> str:
        return f"{self.direction}: allowed by {self.policy}, rule {self.rule + 1}"


@dataclass(frozen=True, slots=True)
class Denied:
    """Policies that isolate the pods in one direction, of which none allows the connection."""

    direction: Direction
    policies: tuple[Policy, ...]

    def __str__(self) -> str:
        names = ", ".join(map(str, self.policies))
        return f"{self.direction}: denied by default, no rule of {names} allows it"


@dataclass(frozen=True, slots=True)
class Free:
    """Nothing decides about one direction."""

    direction: Direction
    reason: str

    def __str__(self) -> str:
        return f"{self.direction}: {self.reason}"


Reason = Allowed | Denied | Free


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one connection is possible, and why."""

    source: PeerClass
    destination: PeerClass
    protocol: Protocol
    port: int
    allowed: bool
    reasons: tuple[Reason, ...]
    """Every rule that allows it, or what denies it, first of the source, then of the destination."""
