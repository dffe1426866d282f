"""What the program declares in the account, by the same components; nothing inside the cluster.

The runbook's rows are rehearsed with it, since an account needs no machines.
"""

from network import plan
from network.cluster import Cluster, ClusterArgs
from network.external import Network, NetworkArgs, NodeFirewall, NodeFirewallArgs, Records, RecordsArgs
from network.outcome import tell_errors_once
from network.stack import read_config

LOAD_BALANCER = "203.0.113.100"

tell_errors_once()
planned = plan.build(read_config())

network = Network("network", NetworkArgs(planned.external.vpc, planned.external.zone))
assert network.zone is not None
cluster = Cluster(
    "cluster",
    ClusterArgs(planned.cluster.cluster, planned.cluster.pools, network.vpc_id),
)
if planned.external.firewall is not None:
    NodeFirewall("firewall", NodeFirewallArgs(planned.external.firewall, cluster.cluster_id))
Records("records", RecordsArgs(network.zone, planned.external.records, LOAD_BALANCER))
