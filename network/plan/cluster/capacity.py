"""What the cluster itself holds and costs: nodes by its ranges, and the control plane (ADM-5)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.droplets import DOLLARS
from network.config.ranges import nodes_by_pod_range, nodes_by_vpc
from network.plan.model.capacity import Charge, Limit, Need, Taken

MOST_NODES = 512
"""Of a cluster (docs/facts/digitalocean.md#nodes)."""

SURGE_NODES = 10
"""That an upgrade makes beside the others: as many as there are, or this many
(docs/facts/digitalocean.md#nodes)."""

DOLLARS_OF_HA = 40
"""A month (docs/facts/digitalocean.md#prices)."""

SYSTEM = Taken("kube-system", 105, 139, pods=5, on_each_node=True)
"""DigitalOcean's own pods on each node: 522 thousandths of a core and 694 MiB together, as somebody published
of a node of DOKS 1.36 (docs/facts/digitalocean.md#nodes)."""
SYSTEM_ONCE = Taken("kube-system, beside nodes", 100, 70, pods=4)
"""CoreDNS twice, Hubble's relay and page."""


def surge(nodes: int) -> int:
    """Return how many nodes an upgrade adds for its time."""
    return min(nodes, SURGE_NODES)


def limits(config: StackConfig) -> Iterator[Limit]:
    """Yield how many nodes there may be, at most as many as the pools may have, while an upgrade runs."""
    most = config.cluster.most_nodes
    upgraded = Need(fixed=most + surge(most))
    yield Limit(
        "nodes: addresses of the VPC",
        "nodes",
        nodes_by_vpc(config.external.vpc.ip_range),
        # New nodes have new addresses, and the former ones may still be theirs (a judgement).
        Need(fixed=2 * most),
        "external.vpc.ipRange, which replaces the VPC and the cluster",
        "another cluster",
    )
    yield Limit(
        "nodes: ranges of pods",
        "nodes",
        nodes_by_pod_range(config.cluster.pod_range),
        upgraded,
        "cluster.podRange, which replaces the cluster",
        "another cluster",
    )
    yield Limit("nodes: of a cluster", "nodes", MOST_NODES, upgraded, "DigitalOcean's support", "nothing")


def charges(config: StackConfig) -> Iterator[Charge]:
    """Yield what nodes and control plane cost."""
    for name, pool in config.cluster.node_pools.items():
        yield Charge(
            f"nodes of pool {name} ({pool.size})",
            DOLLARS.get(pool.size),
            pool.fewest,
            pool.most,
            pool.size,
        )
    if config.cluster.ha:
        yield Charge("control plane, highly available", DOLLARS_OF_HA)
