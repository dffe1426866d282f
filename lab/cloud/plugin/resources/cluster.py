"""digitalocean.KubernetesCluster."""

from datetime import UTC, datetime

from typing_extensions import override

from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.compare import Change, Difference
from lab.cloud.plugin.resource import RefusedError, Resource, found
from lab.cloud.plugin.resources import cluster_bodies as bodies
from lab.cloud.plugin.resources import pools
from lab.cloud.plugin.resources.cluster_fields import INPUTS, OUTPUTS, SWITCHES
from lab.cloud.plugin.resources.kubeconfig import credentials
from lab.cloud.plugin.resources.spelling import to_pulumi
from lab.cloud.plugin.resources.versions import is_older
from lab.cloud.plugin.values import UNKNOWN, State
from lab.cloud.state import Json

_PATH = "/v2/kubernetes/clusters"

_SENT_TOGETHER = frozenset(
    {
        "name", "tags", "autoUpgrade", "surgeUpgrade", "maintenancePolicy", "ha", "ssos",
        "controlPlaneFirewall", "clusterAutoscalerConfigurations", *SWITCHES,
    }
)  # fmt: skip
"""Inputs that one PUT carries, whichever of them differs."""


class KubernetesCluster(Resource):
    """A cluster with its default pool."""

    token = "digitalocean:index/kubernetesCluster:KubernetesCluster"
    inputs = INPUTS
    outputs = OUTPUTS

    @override
    def differences(self, olds: State, news: State) -> list[Difference]:
        """Any difference of a cluster without labels also lists its labels
        (docs/facts/provider.md#labels-in-every-difference)."""
        differences = super().differences(olds, news)
        if differences and not news["nodePool"].get("labels") and "nodePool" in olds:
            differences.append(Difference("nodePool.labels", Change.ADD, False))
        return differences

    @override
    def replacements(self, olds: State, news: State, found: list[Difference]) -> list[str]:
        """An older version replaces the cluster, and the plugin gives `__meta` as the reason
        (docs/facts/provider.md#an-older-version-replaces)."""
        reasons = super().replacements(olds, news, found)
        if news["version"] != UNKNOWN and is_older(news["version"], olds.get("version", "")):
            reasons.append("__meta")
        return reasons

    @override
    def create(self, client: Client, inputs: State) -> str:
        """The id is dropped when the cluster does not come to run: it then is an orphan
        (docs/facts/provider.md#orphans)."""
        with explained("Error creating Kubernetes cluster"):
            key = client.call("POST", _PATH, bodies.of_new(inputs))["kubernetes_cluster"]["id"]
            self._await_running(client, key)
        if inputs.get("registryIntegration"):
            client.call("POST", "/v2/kubernetes/registry", {"cluster_uuids": [key]})
        return key

    def _await_running(self, client: Client, key: str) -> None:
        for _ in range(pools.LOOKS):
            client.await_cloud(pools.INTERVAL)
            with explained("Error trying to read cluster state"):
                status = client.call("GET", f"{_PATH}/{key}")["kubernetes_cluster"]["status"]
            if status["state"] == "running":
                return
            if status["state"] == "error":
                raise RefusedError(f"Error creating Kubernetes cluster: {status['message']}")
        raise RefusedError("Error creating Kubernetes cluster: Timeout waiting to create cluster")

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        """Credentials are renewed only here, and only when they have expired
        (docs/facts/provider.md#credentials)."""
        doing = "Error retrieving Kubernetes cluster"
        cluster = found(client, f"{_PATH}/{key}", "kubernetes_cluster", doing)
        if cluster is None:
            return None
        kept = ("destroyAllAssociatedResources", "kubeconfigExpireSeconds", "registryIntegration")
        configs = state.get("kubeConfigs")
        if not configs or _expired(configs[0]["expiresAt"]):
            configs = [credentials(client, cluster, state.get("kubeconfigExpireSeconds") or 0)]
        return {
            **_flat(cluster),
            **{name: state[name] for name in kept if name in state},
            "nodePool": _default_pool(cluster, state.get("nodePool")) or state.get("nodePool"),
            "kubeConfigs": configs,
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        if changed & _SENT_TOGETHER:
            with explained("Unable to update cluster"):
                client.call("PUT", f"{_PATH}/{key}", bodies.of_update(olds, planned))
        if "nodePool" in changed:
            pool = planned["nodePool"]
            pools.update(client, key, olds["nodePool"]["id"], pool, pools.DEFAULT_TAG)
        if "version" in changed:
            with explained("Unable to upgrade cluster version"):
                client.call("POST", f"{_PATH}/{key}/upgrade", {"version": planned["version"]})
        if "registryIntegration" in changed:
            method = "POST" if planned.get("registryIntegration") else "DELETE"
            client.call(method, "/v2/kubernetes/registry", {"cluster_uuids": [key]})

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        """Does not wait for the cluster to vanish. Of one that has vanished the associated resources cannot
        be listed, and the deletion fails (docs/facts/provider.md#deleting-what-has-gone)."""
        path = f"{_PATH}/{key}"
        if state.get("destroyAllAssociatedResources"):
            path = f"{path}/destroy_with_associated_resources"
            with explained("Failed to list associated resources"):
                client.call("GET", path)
            path = f"{path}/dangerous"
        try:
            with explained("Unable to delete cluster"):
                client.call("DELETE", path)
        except CallError as error:
            if error.status != 404:
                raise

    @override
    def adopt(self, client: Client, key: str, state: State) -> tuple[str, State]:
        """An import marks the only pool as the default one, in a preview too; with several unmarked pools it
        is refused (docs/facts/provider.md#an-import-writes)."""
        found_pools = client.call("GET", f"{_PATH}/{key}")["kubernetes_cluster"]["node_pools"]
        marked = [pool for pool in found_pools if pools.DEFAULT_TAG in pool["tags"]]
        if len(marked) > 1:
            raise CallError(0, f"Multiple node pools have the tag {pools.DEFAULT_TAG}; only one may have it")
        if not marked and len(found_pools) > 1:
            hint = f"add the tag {pools.DEFAULT_TAG} to the pool that shall be the default one"
            raise CallError(0, f"Cluster contains multiple node pools: {hint}")
        if not marked:
            tags = [*pools.own_tags(found_pools[0]["tags"]), pools.DEFAULT_TAG]
            client.call("PUT", f"{_PATH}/{key}/node_pools/{found_pools[0]['id']}", {"tags": tags})
        return key, state


def _flat(cluster: Json) -> State:
    """Everything that is not the pool or the credentials."""
    same = (
        "name", "region", "version", "endpoint", "ha", "cluster_subnet", "service_subnet", "vpc_uuid",
        "worker_subnet_uuid", "isolated_workers", "auto_upgrade", "surge_upgrade", "created_at", "updated_at",
    )  # fmt: skip
    scaler, sso = cluster["cluster_autoscaler_configuration"], cluster["sso"]
    return {
        **to_pulumi({key: cluster[key] for key in same}),
        "ipv4Address": cluster["ipv4"],
        "status": cluster["status"]["state"],
        "clusterUrn": f"do:kubernetes:{cluster['id']}",
        "tags": pools.own_tags(cluster["tags"]),
        "maintenancePolicy": to_pulumi(cluster["maintenance_policy"]),
        "controlPlaneFirewall": to_pulumi(cluster["control_plane_firewall"]),
        "clusterAutoscalerConfigurations": [to_pulumi(scaler)] if scaler else [],
        "ssos": [to_pulumi(sso)] if sso else [],
        **{name: to_pulumi(cluster[bodies.api_name(name)]) for name in SWITCHES},
    }


def _default_pool(cluster: Json, known: State | None) -> State | None:
    """The default pool's properties. Its count is kept only where the program gave one, so an imported
    cluster has none."""
    for pool in cluster["node_pools"]:
        if pools.DEFAULT_TAG in pool["tags"]:
            state = {"id": pool["id"], **pools.state_of(pool)}
            if not (known or {}).get("nodeCount"):
                del state["nodeCount"]
            return state
    return None


def _expired(moment: str) -> bool:
    return datetime.fromisoformat(moment) < datetime.now(UTC)
