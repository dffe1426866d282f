"""The address plan: ranges, well-known addresses, capacity and free space (NET-2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

from network.config import StackConfig
from network.config.ranges import (
    PODS_PER_NODE,
    PRIVATE,
    RESERVED_FOR_VPCS,
    RESERVED_IN_REGION,
    nodes_by_pod_range,
    nodes_by_vpc,
)
from network.plan.model.peers import resolver_of

SERVICE_ADDRESSES_KEPT = 2
"""First and last address of the Service range, which Kubernetes gives to nobody."""
TUNNEL = "VPN tunnel"
"""What the range of the VPN is called; no name of a stack file has a space."""
CLUSTER_DNS_INDEX = 10
"""Position of the cluster DNS in the Service range, by DOKS' convention (Kubernetes' own, too)."""


@dataclass(frozen=True)
class Capacity:
    """How much fits, and what the node pools may use of it."""

    nodes_by_vpc: int
    nodes_by_pods: int
    services: int
    fewest_nodes: int
    most_nodes: int

    @property
    def nodes(self) -> int:
        """Nodes that fit: the tighter of the two ranges."""
        return min(self.nodes_by_vpc, self.nodes_by_pods)

    @property
    def planned(self) -> str:
        """The number of nodes of all pools, in words."""
        if self.fewest_nodes == self.most_nodes:
            return str(self.most_nodes)
        return f"{self.fewest_nodes} to {self.most_nodes}"

    @property
    def pods(self) -> int:
        """Pods that fit on as many nodes as fit."""
        return self.nodes * PODS_PER_NODE


@dataclass(frozen=True)
class AddressPlan:
    """Every range that this environment uses or must stay apart from."""

    vpc: IPv4Network
    pods: IPv4Network
    services: IPv4Network
    other_networks: Mapping[str, IPv4Network]
    """Other VPCs and VPN clients by name, of which nothing but the range is declared."""
    peers: Mapping[str, IPv4Network]
    """Peered VPCs by name."""
    tunnel: IPv4Network | None
    """Of the VPN, where there is one."""
    reserved: tuple[IPv4Network, ...]
    """Ranges that DigitalOcean keeps from VPCs in the region."""
    capacity: Capacity

    @property
    def others(self) -> Mapping[str, IPv4Network]:
        """All ranges beside the environment's VPC and cluster, by name."""
        tunnel = {} if self.tunnel is None else {TUNNEL: self.tunnel}
        return {**self.other_networks, **self.peers, **tunnel}

    @property
    def router(self) -> IPv4Address:
        """First address of the VPC."""
        return self.vpc[1]

    @property
    def resolver(self) -> IPv4Address:
        """DNS resolver of the VPC."""
        return resolver_of(self.vpc)

    @property
    def kubernetes_service(self) -> IPv4Address:
        """The Service `kubernetes` in the namespace `default`."""
        return self.services[1]

    @property
    def cluster_dns(self) -> IPv4Address:
        """The Service of the cluster's DNS."""
        return self.services[CLUSTER_DNS_INDEX]

    @property
    def taken(self) -> tuple[IPv4Network, ...]:
        """All ranges that a further VPC must avoid."""
        return (self.vpc, self.pods, self.services, *self.others.values(), *self.reserved)

    @property
    def free(self) -> tuple[IPv4Network, ...]:
        """Private ranges that nothing here uses, in order."""
        return free_space(self.taken)

    def room_for(self, prefix: int) -> IPv4Network | None:
        """Return the first free range of the prefix, for a further VPC; None if there is none."""
        block = next((block for block in self.free if block.prefixlen <= prefix), None)
        return None if block is None else next(block.subnets(new_prefix=prefix))


def build(config: StackConfig) -> AddressPlan:
    """Return the address plan of a valid config."""
    cluster, external = config.cluster, config.external
    return AddressPlan(
        vpc=external.vpc.ip_range,
        pods=cluster.pod_range,
        services=cluster.service_range,
        other_networks=external.vpc.other_ranges,
        peers={name: peering.range for name, peering in external.vpc.peerings.items()},
        tunnel=None if config.vpn is None else config.vpn.range,
        reserved=RESERVED_FOR_VPCS + RESERVED_IN_REGION.get(config.environment.region, ()),
        capacity=Capacity(
            nodes_by_vpc=nodes_by_vpc(external.vpc.ip_range),
            nodes_by_pods=nodes_by_pod_range(cluster.pod_range),
            services=cluster.service_range.num_addresses - SERVICE_ADDRESSES_KEPT,
            fewest_nodes=cluster.fewest_nodes,
            most_nodes=cluster.most_nodes,
        ),
    )


def free_space(taken: Iterable[IPv4Network]) -> tuple[IPv4Network, ...]:
    """Return the parts of the private ranges that none of the taken ones touches, in order."""
    free = list(PRIVATE)
    for network in taken:
        free = [part for block in free for part in _without(block, network)]
    return tuple(collapse_addresses(free))


def _without(block: IPv4Network, taken: IPv4Network) -> Iterable[IPv4Network]:
    if not block.overlaps(taken):
        return (block,)
    return () if block.subnet_of(taken) else block.address_exclude(taken)
