"""What is read before an upgrade: the cluster by kubectl, the account by its API. Nothing is changed, and no
Secret is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from network.live.account import Account, asked
from network.live.cluster import Cluster, Object
from network.live.parallel import Seen, all_seen

SERVER_METRICS = "kubectl get --raw=/metrics"
WEBHOOKS = "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
ADMISSION_POLICIES = "kubectl get validatingadmissionpolicies,validatingadmissionpolicybindings"
BUDGETS = "kubectl get poddisruptionbudgets --all-namespaces"
PODS = "kubectl get pods --all-namespaces"
UPGRADES = "GET /v2/kubernetes/clusters/{id}/upgrades"
ACCOUNT = "GET /v2/account"

Objects = list[Object]

_LISTS = {
    "nodes": "nodes",
    "namespaces": "namespaces",
    "services": "services",
    "pods": "pods",
    "budgets": "poddisruptionbudgets.policy",
    "webhooks": "validatingwebhookconfigurations.admissionregistration.k8s.io,"
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "policies": "validatingadmissionpolicies.admissionregistration.k8s.io",
    "bindings": "validatingadmissionpolicybindings.admissionregistration.k8s.io",
}


@dataclass(frozen=True)
class Reading:
    """The cluster and the account at one moment."""

    server: Seen[str]
    """URL of the API server that kubectl speaks to."""
    nodes: Seen[Objects]
    namespaces: Seen[Objects]
    services: Seen[Objects]
    pods: Seen[Objects]
    budgets: Seen[Objects]
    """PodDisruptionBudgets."""
    webhooks: Seen[Objects]
    """Configurations of validating and mutating webhooks."""
    policies: Seen[Objects]
    """ValidatingAdmissionPolicies."""
    bindings: Seen[Objects]
    """Theirs."""
    metrics: Seen[str]
    """The API server's own, as it writes them."""
    clusters: Seen[Objects]
    """All of the account, as everything below."""
    upgrades: Seen[Objects | None]
    """Versions that DigitalOcean upgrades the stack's cluster to; None where there is no cluster."""
    account: Seen[Object]
    droplets: Seen[Objects]


def read(name: str, cluster: Cluster, account: Seen[Account]) -> Reading:
    """Read everything at a time. `name` is the cluster's; `account` says why, where its token is unknown."""

    def lister(kind: str) -> Callable[[], Objects]:
        return lambda: cluster.list(kind)

    clusters = ("/v2/kubernetes/clusters", "kubernetes_clusters")
    seen_now: dict[str, Any] = dict(
        all_seen(
            {
                "server": cluster.server,
                "metrics": lambda: cluster.raw("/metrics"),
                **{part: lister(kind) for part, kind in _LISTS.items()},
                "clusters": asked(account, lambda it: it.list(*clusters)),
                "upgrades": asked(account, lambda it: _upgrades(it, it.list(*clusters), name)),
                "account": asked(account, lambda it: it.get("/v2/account").get("account")),
                "droplets": asked(account, lambda it: it.list("/v2/droplets", "droplets")),
            }
        )
    )
    return Reading(**seen_now)


def _upgrades(account: Account, clusters: Objects, name: str) -> Objects | None:
    ids = [each["id"] for each in clusters if each["name"] == name]
    if len(ids) != 1:
        return None
    return account.get(f"/v2/kubernetes/clusters/{ids[0]}/upgrades").get("available_upgrade_versions") or []
