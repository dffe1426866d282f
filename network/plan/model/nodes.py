"""The nodes of a stack: which of them run pods that tolerate no taint, and what is left when one goes."""

from collections.abc import Iterator
from math import ceil

from network.config import StackConfig
from network.config.cluster import NodePool
from network.config.droplets import Droplet, droplet


def open_pools(config: StackConfig) -> dict[str, NodePool]:
    """Return the pools that pods without tolerations may run on."""
    return {
        name: pool
        for name, pool in config.cluster.node_pools.items()
        if all(taint.effect == "PreferNoSchedule" for taint in pool.taints)
    }


def open_nodes(config: StackConfig, *, most: bool = False) -> int:
    """Return how many nodes those pools have, at least or at most."""
    return sum(pool.most if most else pool.fewest for pool in open_pools(config).values())


def left_without_a_node(count: int, nodes: int) -> int:
    """Return how many of some equal pods, spread over nodes, go on running when the fullest node goes."""
    return count - ceil(count / nodes) if nodes else 0


def smallest(config: StackConfig) -> Droplet | None:
    """Return the node with the least memory among those of the open pools; None if a size does not tell."""
    found = [droplet(pool.size) for pool in open_pools(config).values()]
    known = [each for each in found if each is not None]
    return min(known, key=lambda each: each.gibibytes) if len(known) == len(found) else None


def each_open_node(config: StackConfig, *, most: bool) -> Iterator[Droplet | None]:
    """Yield every node of the open pools, as its size has it."""
    for pool in open_pools(config).values():
        for _ in range(pool.most if most else pool.fewest):
            yield droplet(pool.size)
