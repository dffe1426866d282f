"""Outside the cluster: VPC, DNS zone and records, cloud firewall (EXT-2, EXT-4)."""

from network.components.external.firewall import NodeFirewall, NodeFirewallArgs
from network.components.external.network import Network, NetworkArgs
from network.components.external.records import LoadBalancerAddresses, Records, RecordsArgs, required_records

__all__ = [
    "LoadBalancerAddresses",
    "Network",
    "NetworkArgs",
    "NodeFirewall",
    "NodeFirewallArgs",
    "Records",
    "RecordsArgs",
    "required_records",
]
