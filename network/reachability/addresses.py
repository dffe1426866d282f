"""Sets of IPv4 and IPv6 addresses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)

from network.reachability import intervals
from network.reachability.intervals import Intervals

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SIX = 1 << 33
"""Where IPv6 begins on the line of numbers: IPv4 stands before it and does not touch it."""
_FOUR_END = (1 << 32) - 1
_SIX_END = _SIX + (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class AddressSet:
    """Addresses of both families; equal sets are equal objects."""

    line: Intervals = ()
    """An IPv4 address stands at its number, an IPv6 address at its number plus 2^33."""

    @classmethod
    def of(cls, *texts: str) -> "AddressSet":
        """Return the addresses and ranges in CIDR form. Raises ValueError for what is neither.

        Bits beyond the prefix are ignored, as Kubernetes does in objects from before it refused them.
        """
        return cls(intervals.normalised(_interval(_network(text)) for text in texts))

    @classmethod
    def any_of(cls, sets: Iterable["AddressSet"]) -> "AddressSet":
        """Return the union of all."""
        return cls(intervals.normalised(pair for addresses in sets for pair in addresses.line))

    def __bool__(self) -> bool:
        return bool(self.line)

    def __or__(self, other: "AddressSet") -> "AddressSet":
        return AddressSet(intervals.union(self.line, other.line))

    def __and__(self, other: "AddressSet") -> "AddressSet":
        return AddressSet(intervals.intersection(self.line, other.line))

    def __sub__(self, other: "AddressSet") -> "AddressSet":
        return AddressSet(intervals.difference(self.line, other.line))

    def __le__(self, other: "AddressSet") -> bool:
        return not intervals.difference(self.line, other.line)

    def __contains__(self, address: Address | str) -> bool:
        given = ip_address(address) if isinstance(address, str) else address
        at = int(given) + (_SIX if given.version == 6 else 0)
        return any(first <= at <= last for first, last in self.line)

    def families(self) -> Iterator[tuple[int, "AddressSet"]]:
        """Yield 4 or 6 with the addresses of that family, for each that occurs."""
        for version, whole in ((4, EVERY_IPV4), (6, EVERY_IPV6)):
            if part := self & whole:
                yield version, part

    def networks(self) -> Iterator[Network]:
        """Yield the fewest ranges in CIDR form that make up the set, in order."""
        for first, last in self.line:
            if first < _SIX:
                yield from summarize_address_range(IPv4Address(first), IPv4Address(last))
            else:
                yield from summarize_address_range(IPv6Address(first - _SIX), IPv6Address(last - _SIX))

    def __str__(self) -> str:
        return ", ".join(_text(part, version) for version, part in self.families()) or "no address"


def _network(text: str) -> Network:
    """Return a range. Refused is what Python takes and Go does not, and IPv4 in the guise of IPv6, of which
    network plugins make different things."""
    _, slash, length = text.partition("/")
    if slash and not (length.isascii() and length.isdecimal()):
        raise ValueError(f"{text}: after `/` stands a number of bits")
    if "%" in text:
        raise ValueError(f"{text}: an address with a zone means something on one machine only")
    found = ip_network(text, strict=False)
    if isinstance(found, IPv6Network) and found.network_address.ipv4_mapped is not None:
        raise ValueError(f"{text} is IPv4 written as IPv6: write the IPv4 address")
    return found


def _interval(network: Network) -> tuple[int, int]:
    base = _SIX if network.version == 6 else 0
    return base + int(network.network_address), base + int(network.broadcast_address)


def _text(part: AddressSet, version: int) -> str:
    """Return the shorter of the ranges and of what is missing from the whole family."""
    whole = EVERY_IPV4 if version == 4 else EVERY_IPV6
    present = list(part.networks())
    missing = list((whole - part).networks())
    if len(missing) + 1 < len(present):
        return f"{next(whole.networks())} except {', '.join(map(str, missing))}"
    return ", ".join(map(str, present))


EVERY_IPV4 = AddressSet(((0, _FOUR_END),))
EVERY_IPV6 = AddressSet(((_SIX, _SIX_END),))
EVERY_ADDRESS = EVERY_IPV4 | EVERY_IPV6
