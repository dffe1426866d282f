"""Alerts of nodes and volumes."""

from network.plan.model.owners import owned
from network.plan.model.rules import Alert

DASHBOARD = "network-performance"

_CONDITION = "kube_node_status_condition"
_VOLUME = "kubelet_volume_stats"


def _of_volumes(what: str) -> str:
    """Return a measure of each claim's volume, which is told of by the node that has it mounted."""
    return f"max by (namespace, persistentvolumeclaim) ({_VOLUME}_{what}_bytes)"


ALERTS = (
    Alert(
        "NodeDown",
        f'max by (node) ({_CONDITION}{{condition="Ready",status="true"}}) == 0',
        "2m",
        "critical",
        "Node {{ $labels.node }} is down: what ran on it is gone or unreachable",
        "The API server has had no word from its kubelet, or a bad one, for at least two minutes. Pods move "
        "after five more; volumes and load balancer notice earlier.",
        DASHBOARD,
    ),
    Alert(
        "NodeUnderPressure",
        f'max by (node, condition) ({_CONDITION}{{condition=~".+Pressure",status="true"}}) == 1',
        "5m",
        "warning",
        "Node {{ $labels.node }} evicts pods: {{ $labels.condition }}",
        "Its kubelet has said so for at least five minutes, and takes no new pods meanwhile.",
        DASHBOARD,
    ),
    Alert(
        "ConntrackNearlyFull",
        "max by (node) (node_nf_conntrack_entries / node_nf_conntrack_entries_limit) > 0.8",
        "10m",
        "warning",
        "Node {{ $labels.node }} will soon drop new connections: its table of connections fills",
        "{{ $value | humanizePercentage }} of the entries are used; told above 80%. The kernel drops what "
        "does "
        "not fit, and says so in its log alone.",
        DASHBOARD,
    ),
    Alert(
        "VolumeFillingUp",
        owned(
            f"{_of_volumes('available')} / {_of_volumes('capacity')} < 0.05 "
            f"or {_of_volumes('available')} / {_of_volumes('capacity')} < 0.2 and "
            f"max by (namespace, persistentvolumeclaim) "
            f"(predict_linear({_VOLUME}_available_bytes[6h], 4 * 86400)) < 0"
        ),
        "30m",
        "warning",
        "Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is running full: whoever "
        "writes to it "
        "will fail",
        "{{ $value | humanizePercentage }} are free. Told below 5%, and below 20% where it is full within "
        "four "
        "days at the pace of the last six hours.",
        DASHBOARD,
    ),
)
