"""Which addresses the address blocks of policies tell apart, and what they say of addresses nobody knows."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import NamedTuple

from network.reachability.addresses import EVERY_IPV4, EVERY_IPV6, AddressSet
from network.reachability.model import Cluster

_SPECIAL = AddressSet.of(
    *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
    *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
)
"""Where no pod and no machine is: this network, loopback, link-local, multicast, reserved and documentation
(RFC 6890)."""
_USUAL = AddressSet.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
"""Where pods and machines are nearly always (RFC 1918, RFC 6598, RFC 4193)."""
_USABLE = EVERY_IPV4 - _SPECIAL


class InBlocks(NamedTuple):
    """Sets of blocks, as bits."""

    certain: int
    """Those that contain the addresses, wherever in their range these are."""
    perhaps: int
    """These, and those that contain a part of where the addresses may be."""


NO_BLOCK = InBlocks(0, 0)


class Blocks:
    """Numbered blocks, and for every address the set of blocks that contain it."""

    def __init__(self, cluster: Cluster, blocks: Iterable[AddressSet]) -> None:
        self.numbers: dict[AddressSet, int] = {}
        """Number of each distinct block."""
        for block in blocks:
            self.numbers.setdefault(block, len(self.numbers))
        self._counted = (1 << len(self.numbers)) - 1
        self._world = cluster.world
        self._inside = cluster.pod_addresses | cluster.service_addresses
        self._starts: list[int] = []
        self._signatures: list[int] = []
        self._sweep((cluster.node_addresses, cluster.api_server_addresses))
        outside = _USABLE - self._inside
        self.unknown_pod = self._somewhere(cluster.pod_addresses, _USABLE)
        """Of a pod whose address is not known."""
        self.node = self._somewhere(cluster.node_addresses, outside)
        """Of a node."""
        self.api_server = self._somewhere(cluster.api_server_addresses, outside)
        """Of the API server."""
        self.host = self._somewhere(AddressSet(), outside - cluster.node_addresses)
        """Of a host outside that only its name is known of."""

    def _sweep(self, also_apart: tuple[AddressSet, ...]) -> None:
        """Cut the line of addresses wherever a block begins or ends."""
        changes: defaultdict[int, int] = defaultdict(int)
        for number, block in enumerate((*self.numbers, *also_apart, self._world, self._inside)):
            for first, last in block.line:
                changes[first] ^= 1 << number
                changes[last + 1] ^= 1 << number
        self._real = 1 << (len(self.numbers) + len(also_apart))
        self._internal = self._real << 1
        signature = 0
        for position, change in sorted(changes.items()):
            signature ^= change
            self._starts.append(position)
            self._signatures.append(signature)

    def outside(self) -> Iterator[tuple[AddressSet, int]]:
        """Yield the addresses outside the cluster that share their blocks, with those blocks."""
        found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        ends = [start - 1 for start in self._starts[1:]]
        # The last piece lies beyond every address.
        for first, last, signature in zip(self._starts, ends, self._signatures, strict=False):
            if signature & self._real and not signature & self._internal:
                found[signature].append((first, last))
        for signature, pairs in found.items():
            yield AddressSet(tuple(pairs)), signature & self._counted

    def of_known(self, addresses: tuple[str, ...]) -> dict[InBlocks, tuple[str, ...]]:
        """Return the sets of blocks that these addresses are in, each with those that are."""
        found: defaultdict[InBlocks, tuple[str, ...]] = defaultdict(tuple)
        for address in addresses:
            blocks = self._at(address)
            found[InBlocks(blocks, blocks)] += (address,)
        return found

    def _somewhere(self, known: AddressSet, possible: AddressSet) -> InBlocks:
        """Return the blocks of an address that is somewhere in a known range, or wherever it may be.

        Without a range, a block of a few public addresses is not taken to hold it: only one that has usual
        addresses, or nearly all.
        """
        certain = perhaps = 0
        for block, number in self.numbers.items():
            if (known or possible) <= block:
                certain |= 1 << number
                perhaps |= 1 << number
            elif block & known if known else (_is_wide(block) or block & _USUAL & (possible | EVERY_IPV6)):
                perhaps |= 1 << number
        return InBlocks(certain, perhaps)

    def _at(self, address: str) -> int:
        (first, _), *_ = AddressSet.of(str(ip_address(address))).line
        return self._signatures[bisect_right(self._starts, first) - 1] & self._counted


def _is_wide(block: AddressSet) -> bool:
    """Say whether a block is a whole family of addresses but for exceptions."""
    return any(
        sum(last - first + 1 for first, last in part.line) * 2 > sum(b - a + 1 for a, b in whole.line)
        for part, whole in ((block & EVERY_IPV4, EVERY_IPV4), (block & EVERY_IPV6, EVERY_IPV6))
    )
