"""Alerts of Cilium: connections that policies cut, and what it runs out of."""

from network.plan.model.rules import Alert

SECURITY, PERFORMANCE = "network-security", "network-performance"

ALERTS = (
    Alert(
        "PolicyDrops",
        # Other reasons are faults, or usual: each pod asks for IPv6 routers.
        'sum by (node, direction) (increase(cilium_drop_count_total{reason="Policy denied"}[5m])) > 5',
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
