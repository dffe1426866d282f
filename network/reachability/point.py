"""One question: whether somebody reaches somebody on some ports, and why, port by port."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from network.reachability.analysis import Allowed, Reachability
from network.reachability.ask import Asked
from network.reachability.ports import PortSet

Verdict = Literal["allowed", "denied", "unknown", "not-analysed"]

_VERBS: dict[Verdict, str] = {
    "allowed": "{} reaches {} on {}",
    "denied": "{} does not reach {} on {}",
    "unknown": "{} reaches {} or not on {}: unknown, for not every address is in the input",
    "not-analysed": "{} to {} on {} is not analysed: no policy decides about it",
}
_ORDER: tuple[Verdict, ...] = ("allowed", "unknown", "denied", "not-analysed")


@dataclass(frozen=True)
class Part:
    """The answer for some of the ports, with its reasons."""

    source: str
    destination: str
    ports: PortSet
    verdict: Verdict
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return _VERBS[self.verdict].format(self.source, self.destination, self.ports)


def answers(found: Reachability, source: Asked, destination: Asked, wanted: PortSet) -> Iterator[Part]:
    """Yield the parts of the answer: each for ports that are let through, or not, for the same reasons."""
    here, there = source.number, destination.number
    if not found.is_analysed(here, there) or _is_one_pod(found, here, there):
        yield Part(source.text, destination.text, wanted, "not-analysed", ())
        return
    alike: defaultdict[tuple[Verdict, tuple[str, ...]], list[PortSet]] = defaultdict(list)
    for ports in _pieces(wanted, [*found.cuts(here, there), *found.perhaps.cuts(here, there)]):
        alike[_verdict(found, here, there, ports)].append(ports)
    parts = [
        Part(source.text, destination.text, PortSet.any_of(ports), verdict, reasons)
        for (verdict, reasons), ports in alike.items()
    ]
    yield from sorted(parts, key=lambda part: _ORDER.index(part.verdict))


def _is_one_pod(found: Reachability, here: int, there: int) -> bool:
    """Say whether it is about a pod and itself: what that may do is not defined."""
    workloads = found.classes[here].workloads
    return here == there and len(workloads) == 1 and workloads[0].kind == "Pod" and workloads[0].replicas == 1


def _pieces(wanted: PortSet, cuts: list[PortSet]) -> list[PortSet]:
    """Return the ports in pieces that no cut divides."""
    pieces = [wanted]
    for cut in dict.fromkeys(cuts):
        pieces = [part for piece in pieces for part in (piece & cut, piece - cut) if part]
    return pieces


def _verdict(found: Reachability, here: int, there: int, ports: PortSet) -> tuple[Verdict, tuple[str, ...]]:
    protocol, first, _ = next(ports.ranges())
    certain = found.why(here, there, first, protocol)
    if certain.allowed:
        return "allowed", tuple(map(str, certain.reasons))
    perhaps = found.perhaps.why(here, there, first, protocol)
    if not perhaps.allowed:
        return "denied", tuple(map(str, certain.reasons))
    return "unknown", tuple(
        f"{reason}, if its block holds the address"
        if isinstance(reason, Allowed) and reason not in certain.reasons
        else str(reason)
        for reason in perhaps.reasons
    )
