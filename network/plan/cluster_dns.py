"""The cluster's DNS, which every pod asks (POL-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from network.plan.model.capacity import Limit, Need
from network.plan.model.flows import Flow, Host, Pods
from network.plan.model.layer import LayerPlan, MetricsEndpoint
from network.plan.model.peers import DNS, WORLD

CLUSTER_DNS = Pods("kube-system", "cluster-dns", {"k8s-app": "kube-dns"})

METRICS_PORT = 9153
"""Of CoreDNS' plugin `prometheus` (docs/facts/observability.md#nodes-of-doks)."""

REPLICAS = 2
QUERIES_PER_REPLICA = 33_669
"""A second, of names within the cluster, where it has two cores (docs/facts/digitalocean.md#coredns)."""
OF_A_NAME_OUTSIDE = 5
"""Queries for one name outside the cluster: the list of domains is searched first."""


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
        limits=(_queries(layers),),
    )


def _queries(layers: Sequence[LayerPlan]) -> Limit:
    """Return the limit of queries: each request makes a backend look one name up (a judgement), one outside
    the cluster where a flow of any application leads to a name there."""
    applications = {each.name for layer in layers for each in layer.namespaces if each.holds == "application"}
    leads_outside = any(
        isinstance(flow.source, Pods)
        and flow.source.namespace in applications
        # A name, where policies know none.
        and (isinstance(flow.destination, Host) or flow.destination == WORLD)
        for layer in layers
        for flow in layer.flows
    )
    return Limit(
        "CoreDNS: queries",
        "queries/s",
        REPLICAS * QUERIES_PER_REPLICA,
        Need(request=OF_A_NAME_OUTSIDE if leads_outside else 1),
        "DigitalOcean's autoscaler of CoreDNS, from Kubernetes 1.36 on",
        "nothing",
        (REPLICAS - 1) * QUERIES_PER_REPLICA,
        "sum(rate(coredns_dns_requests_total[5m]))",
    )
