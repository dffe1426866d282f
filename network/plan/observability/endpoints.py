"""What tells of nodes, containers, objects and of the watchers themselves (OBS-1)."""

from network.config import StackConfig
from network.plan.model.layer import MetricsEndpoint
from network.plan.model.peers import NODES
from network.plan.observability import pods

CILIUM_PORT = 9090
HUBBLE_PORT = 9965
"""Of Cilium's agent on each node: its own figures, and those of flows and verdicts. Whether DOKS has the
latter is not documented (docs/facts/observability.md#nodes-of-doks)."""

OF_CONTAINERS = {
    "__name__": "container_(cpu_(usage_seconds_total|cfs_(throttled_)?periods_total)"
    "|memory_(working_set_bytes|rss)|oom_events_total|start_time_seconds"
    "|network_(receive|transmit)_(bytes|errors|packets|packets_dropped)_total)",
    # Of no pod are the node's own services, which node-exporter tells of.
    "pod": ".+",
}
"""What is used of some hundred figures of each container."""

OF_KUBELETS = {"__name__": "kubelet_(node_name|running_pods|volume_stats_.+)"}
"""What is used of a kubelet; its histograms alone are some hundred series a node."""


def build(config: StackConfig) -> tuple[MetricsEndpoint, ...]:
    """Return the endpoints that are scraped whoever scrapes."""
    if config.cluster.cni != "cilium":
        return ()
    return (
        MetricsEndpoint("cilium", NODES, CILIUM_PORT),
        MetricsEndpoint("hubble", NODES, HUBBLE_PORT),
    )


def installed() -> tuple[MetricsEndpoint, ...]:
    """Return those that an existing Prometheus scrapes by itself."""
    return (
        MetricsEndpoint(
            "kubelet", NODES, pods.KUBELET_PORT, honor_labels=True, certificate="cluster's", keep=OF_KUBELETS
        ),
        MetricsEndpoint(
            "cadvisor",
            NODES,
            pods.KUBELET_PORT,
            "/metrics/cadvisor",
            honor_labels=True,
            certificate="cluster's",
            keep=OF_CONTAINERS,
        ),
        MetricsEndpoint("node-exporter", NODES, pods.NODE_EXPORTER_PORT),
        MetricsEndpoint(
            "kube-state-metrics", pods.KUBE_STATE_METRICS, pods.KUBE_STATE_METRICS_PORT, honor_labels=True
        ),
        MetricsEndpoint("prometheus", pods.PROMETHEUS, pods.PROMETHEUS_PORT),
        MetricsEndpoint("alertmanager", pods.ALERTMANAGER, pods.ALERTMANAGER_PORT),
        MetricsEndpoint("prometheus-operator", pods.OPERATOR, pods.OPERATOR_PORT, certificate="own"),
        MetricsEndpoint("blackbox", pods.BLACKBOX, pods.BLACKBOX_PORT),
    )
