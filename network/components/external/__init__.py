"""Outside the cluster: VPC, DNS zone and records, cloud firewall, CDN (EXT-2 to EXT-4)."""

from network.components.external.cdn import Cdns, CdnsArgs
from network.components.external.firewall import NodeFirewall, NodeFirewallArgs
from network.components.external.network import Network, NetworkArgs
from network.components.external.records import LoadBalancerAddresses, Records, RecordsArgs, required_records

__all__ = [
    "Cdns",
    "CdnsArgs",
    "LoadBalancerAddresses",
    "Network",
    "NetworkArgs",
    "NodeFirewall",
    "NodeFirewallArgs",
    "Records",
    "RecordsArgs",
    "required_records",
]
