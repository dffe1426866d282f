"""The cluster's DNS, which every pod asks (POL-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from network.plan.model.flows import Flow, Pods
from network.plan.model.layer import LayerPlan, MetricsEndpoint
from network.plan.model.peers import DNS

CLUSTER_DNS = Pods("kube-system", "cluster-dns", {"k8s-app": "kube-dns"})

METRICS_PORT = 9153
"""Of CoreDNS' plugin `prometheus` (docs/facts/observability.md#nodes-of-doks)."""


@dataclass(frozen=True, kw_only=True)
class ClusterDnsPlan(LayerPlan):
    """The flows to what the cluster itself runs."""

    title = "Names"


def build(layers: Sequence[LayerPlan]) -> ClusterDnsPlan:
    """Return the flows of every namespace of the layers to the cluster's DNS."""
    namespaces = sorted(namespace.name for layer in layers for namespace in layer.namespaces)
    return ClusterDnsPlan(
        flows=tuple(
            Flow(
                f"{namespace}-to-cluster-dns",
                Pods(namespace, "default-deny", {}),
                CLUSTER_DNS,
                DNS,
                "Every pod resolves names.",
            )
            for namespace in namespaces
        ),
        metrics=(MetricsEndpoint("coredns", CLUSTER_DNS, METRICS_PORT),),
    )
