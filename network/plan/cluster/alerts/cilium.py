"""Alerts of Cilium: connections that policies cut, and what it runs out of."""

from network.plan.model.rules import Alert

SECURITY, PERFORMANCE = "network-security", "network-performance"


def _dropped(window: str) -> str:
    """Return how many packets policies dropped.

    A counter that has just appeared has counted from nothing, which `increase` does not see; of a node that
    was not read a window ago, it may be an old one.
    """
    # Other reasons are faults, or usual: each pod asks for IPv6 routers.
    denied = 'cilium_drop_count_total{reason="Policy denied"}'
    read = f'(up{{job="cilium"}} offset {window} == 1)'
    appeared = f"{denied} unless {denied} offset {window} and on (node) {read}"
    return f"({appeared} or increase({denied}[{window}]))"


ALERTS = (
    Alert(
        "PolicyDrops",
        f"sum by (node, direction) {_dropped('5m')} > 5",
        "1m",
        "warning",
        "Connections on node {{ $labels.node }} are cut: no declared flow allows them ({{ "
        "$labels.direction }})",
        "{{ $value | humanize }} packets were dropped by policies in the last five minutes; up to 5 are a "
        "single "
        "attempt. `network undeclared` names source, destination and port.",
        SECURITY,
    ),
    Alert(
        "AddressesRunningOut",
        'max by (node) (cilium_ip_addresses{family="ipv4"} / cilium_ipam_capacity{family="ipv4"}) > 0.9',
        "10m",
        "warning",
        "Node {{ $labels.node }} will soon start no more pods: its addresses run out",
        "{{ $value | humanizePercentage }} of its pods' addresses are taken; told above 90%.",
        PERFORMANCE,
    ),
    Alert(
        "BpfMapNearlyFull",
        "max by (node, map_name) (cilium_bpf_map_pressure) > 0.9",
        "5m",
        "warning",
        "Node {{ $labels.node }} will soon drop connections: Cilium's map {{ $labels.map_name }} fills",
        "{{ $value | humanizePercentage }} of its entries are used; told above 90%. Maps hold connections, "
        "Services and policies.",
        PERFORMANCE,
    ),
)
