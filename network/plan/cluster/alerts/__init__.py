"""What somebody on call is told of the cluster: nodes, what runs on them, its network, its DNS (OBS-6)."""

from network.config import StackConfig
from network.plan.cluster.alerts import cilium, dns, nodes, workloads
from network.plan.model.rules import RuleGroup


def build(config: StackConfig) -> tuple[RuleGroup, ...]:
    """Return the alerts of the cluster layer."""
    network = (RuleGroup("cilium", cilium.ALERTS),) if config.cluster.cni == "cilium" else ()
    return (
        RuleGroup("nodes", nodes.ALERTS),
        RuleGroup("workloads", workloads.ALERTS),
        RuleGroup("cluster-dns", dns.ALERTS),
        *network,
    )
