"""What a verification reads, and how: the cluster by kubectl, the account by its API. Nothing is changed, and
no Secret is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.zones import zones
from network.live.account import Account, asked
from network.live.cluster import Cluster, Object
from network.live.parallel import Seen, all_seen
from network.plan.model.names import environment_name

NODES = "kubectl get nodes"
CILIUM_NODES = "kubectl get ciliumnodes"
CILIUM_CONFIG = "kubectl --namespace=kube-system get configmap cilium-config"
PODS = "kubectl get pods --all-namespaces"
SERVICES = "kubectl get services --all-namespaces"
SERVICE_RANGES = "kubectl get servicecidrs"
API_ENDPOINTS = "kubectl --namespace=default get endpointslices"
WORKLOADS = "kubectl get deployments,daemonsets,statefulsets --all-namespaces"
SERVER = "kubectl config view --minify"
CLUSTERS = "GET /v2/kubernetes/clusters"
VPCS = "GET /v2/vpcs"
MEMBERS = "GET /v2/vpcs/{id}/members"
PEERINGS = "GET /v2/vpc_peerings"
LOAD_BALANCERS = "GET /v2/load_balancers"
FIREWALLS = "GET /v2/firewalls"
DOMAINS = "GET /v2/domains"
RECORDS = "GET /v2/domains/{zone}/records"

Objects = list[Object]


@dataclass(frozen=True)
class Reading:
    """The cluster and the account at one moment."""

    server: Seen[str]
    """URL of the API server that kubectl speaks to."""
    nodes: Seen[Objects]
    cilium_nodes: Seen[Objects]
    cilium_config: Seen[Object | None]
    pods: Seen[Objects]
    services: Seen[Objects]
    service_ranges: Seen[Objects]
    """ServiceCIDRs."""
    api_endpoints: Seen[Objects]
    """EndpointSlices of the Service `kubernetes`."""
    workloads: Seen[Objects]
    """Deployments, DaemonSets and StatefulSets."""
    clusters: Seen[Objects]
    """All of the account, as everything below."""
    vpcs: Seen[Objects]
    members: Seen[Objects]
    """Of the stack's VPC; none where there is no such VPC."""
    peerings: Seen[Objects]
    load_balancers: Seen[Objects]
    firewalls: Seen[Objects]
    domains: Seen[Objects]
    records: Mapping[str, Seen[Objects]]
    """Of each of the stack's zones, by its domain name."""


def read(config: StackConfig, cluster: Cluster, account: Seen[Account]) -> Reading:
    """Read everything at a time; `account` says why, where nobody knows its token."""
    names = [zone.name for zone in zones(config.external.dns)]
    seen_now: dict[str, Any] = dict(
        all_seen(
            {
                **_of_cluster(cluster),
                **_of_account(account),
                "members": asked(account, lambda it: _members(it, environment_name(config))),
                **{
                    _records(name): asked(account, _lister(_records(name), "domain_records"))
                    for name in names
                },
            }
        )
    )
    records = {name: seen_now.pop(_records(name)) for name in names}
    return Reading(**seen_now, records=records)


def _records(zone: str) -> str:
    return f"/v2/domains/{zone}/records"


def _of_cluster(cluster: Cluster) -> Mapping[str, Callable[[], Any]]:
    return {
        "server": cluster.server,
        "nodes": lambda: cluster.list("nodes"),
        "cilium_nodes": lambda: cluster.list("ciliumnodes.cilium.io"),
        "cilium_config": lambda: cluster.get("configmap", "cilium-config", "kube-system"),
        "pods": lambda: cluster.list("pods"),
        "services": lambda: cluster.list("services"),
        "service_ranges": lambda: cluster.list("servicecidrs.networking.k8s.io"),
        "api_endpoints": lambda: cluster.list(
            "endpointslices.discovery.k8s.io", "default", "kubernetes.io/service-name=kubernetes"
        ),
        "workloads": lambda: cluster.list("deployments.apps,daemonsets.apps,statefulsets.apps"),
    }


def _of_account(account: Seen[Account]) -> Mapping[str, Callable[[], Any]]:
    lists = {
        "clusters": ("/v2/kubernetes/clusters", "kubernetes_clusters"),
        "vpcs": ("/v2/vpcs", "vpcs"),
        "peerings": ("/v2/vpc_peerings", "vpc_peerings"),
        "load_balancers": ("/v2/load_balancers", "load_balancers"),
        "firewalls": ("/v2/firewalls", "firewalls"),
        "domains": ("/v2/domains", "domains"),
    }
    return {name: asked(account, _lister(path, key)) for name, (path, key) in lists.items()}


def _lister(path: str, key: str) -> Callable[[Account], Objects]:
    return lambda account: account.list(path, key)


def _members(account: Account, name: str) -> Objects:
    """Return what is in the VPC of a name."""
    found = [vpc for vpc in account.list("/v2/vpcs", "vpcs") if vpc["name"] == name]
    return [member for vpc in found for member in account.list(f"/v2/vpcs/{vpc['id']}/members", "members")]
