"""Which addresses the address blocks of policies tell apart."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from network.reachability.addresses import EVERY_IPV4, AddressSet
from network.reachability.model import Cluster


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
        unknown = EVERY_IPV4 - self._inside
        self.nodes = cluster.node_addresses or unknown
        """Where nodes are, or may be."""
        self.api_server = cluster.api_server_addresses or unknown
        """Where the API server is, or may be."""
        self.hosts = unknown - cluster.node_addresses
        """Where a host outside may be."""
        self._starts: list[int] = []
        self._signatures: list[int] = []
        self.of_unknown_pods = {self.covering(cluster.pod_addresses or EVERY_IPV4)}
        """The set of blocks that pods of unknown address are in: only those that contain all of them."""
        self._sweep((cluster.node_addresses, cluster.api_server_addresses))

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

    def of_pods(self, addresses: tuple[str, ...]) -> set[int]:
        """Return the sets of blocks that pods of a workload are in; with unknown addresses it is one."""
        if not addresses:
            return self.of_unknown_pods
        return {self._at(address) for address in addresses}

    def covering(self, addresses: AddressSet) -> int:
        """Return the blocks that contain all of these addresses."""
        found = 0
        for block, number in self.numbers.items():
            if addresses <= block:
                found |= 1 << number
        return found

    def _at(self, address: str) -> int:
        (first, _), *_ = AddressSet.of(str(ip_address(address))).line
        return self._signatures[bisect_right(self._starts, first) - 1] & self._counted
