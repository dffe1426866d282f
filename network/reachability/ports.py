"""Sets of ports, per protocol."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from re import fullmatch
from typing import Literal, get_args

from network.reachability import intervals
from network.reachability.intervals import Intervals

Protocol = Literal["TCP", "UDP", "SCTP"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
"""Those that a NetworkPolicy can tell apart; what it does to others is not defined."""

PROTOCOL_NAMES: Mapping[str, Protocol] = {protocol: protocol for protocol in PROTOCOLS}
"""Each protocol by its text."""

FIRST, LAST = 1, 65535
_SHOWN = 30
"""Characters of a text that is no port that an error repeats."""
_STRIDE = 1 << 16
"""Distance of two protocols' ports on the line of numbers. Port 0 separates them."""


@dataclass(frozen=True, slots=True)
class PortSet:
    """Ports of any protocols; equal sets are equal objects."""

    line: Intervals = ()
    """Port p of protocol number n stands at n * 65536 + p."""

    @classmethod
    @lru_cache(maxsize=1 << 12)
    def of(cls, protocol: Protocol, first: int, last: int | None = None) -> "PortSet":
        """Return one port or an inclusive range. Raises ValueError outside 1 to 65535."""
        end = first if last is None else last
        if not FIRST <= first <= end <= LAST:
            raise ValueError(f"ports {first} to {end}: they run from {FIRST} to {LAST}")
        base = PROTOCOLS.index(protocol) * _STRIDE
        return cls(((base + first, base + end),))

    @classmethod
    def any_of(cls, sets: Iterable["PortSet"]) -> "PortSet":
        """Return the union of all."""
        return cls(intervals.normalised(pair for ports in sets for pair in ports.line))

    def __bool__(self) -> bool:
        return bool(self.line)

    def __or__(self, other: "PortSet") -> "PortSet":
        return PortSet(intervals.union(self.line, other.line))

    def __and__(self, other: "PortSet") -> "PortSet":
        return PortSet(intervals.intersection(self.line, other.line))

    def __sub__(self, other: "PortSet") -> "PortSet":
        return PortSet(intervals.difference(self.line, other.line))

    def __le__(self, other: "PortSet") -> bool:
        return not intervals.difference(self.line, other.line)

    def __contains__(self, port: tuple[Protocol, int]) -> bool:
        protocol, number = port
        at = PROTOCOLS.index(protocol) * _STRIDE + number
        return any(first <= at <= last for first, last in self.line)

    def ranges(self) -> Iterator[tuple[Protocol, int, int]]:
        """Yield protocol, first and last port of each range, in order."""
        for first, last in self.line:
            number = first // _STRIDE
            yield PROTOCOLS[number], first - number * _STRIDE, last - number * _STRIDE

    def __str__(self) -> str:
        if self == ALL:
            return "all ports"
        parts = dict[str, list[str]]()
        for protocol, first, last in self.ranges():
            if (first, last) == (FIRST, LAST):
                parts[protocol] = ["all"]
            else:
                parts.setdefault(protocol, []).append(str(first) if first == last else f"{first}-{last}")
        return ", ".join(f"{protocol} {','.join(texts)}" for protocol, texts in parts.items()) or "no port"


NONE = PortSet()
ALL = PortSet.any_of(PortSet.of(protocol, FIRST, LAST) for protocol in PROTOCOLS)
"""Every port of every protocol."""


def parse(text: str) -> PortSet:
    """Return the ports of a text such as `443`, `udp/53`, `tcp/8000-8999` or `all`. Raises ValueError."""
    if text.lower() == "all":
        return ALL
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    protocol, slash, numbers = text.upper().rpartition("/")
    known = PROTOCOL_NAMES.get(protocol if slash else "TCP")
    found = fullmatch(r"([0-9]+)(?:-([0-9]+))?", numbers)
    if known is None or found is None:
        several = "one port or one range; " if "," in text else ""
        raise ValueError(f"`{shown}` is no port: {several}write it like 443, udp/53, tcp/8000-8999 or all")
    # Python refuses to read thousands of digits.
    first, last = (int(each[:9]) for each in (found[1], found[2] or found[1]))
    if not (FIRST <= first <= LAST and FIRST <= last <= LAST):
        raise ValueError(f"`{shown}` is no port: they run from {FIRST} to {LAST}")
    if last < first:
        raise ValueError(f"`{text}` is no range of ports: it ends before it begins; write {last}-{first}")
    return PortSet.of(known, first, last)
