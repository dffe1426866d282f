"""digitalocean.KubernetesNodePool: a node pool beside a cluster's default one."""

from typing_extensions import override

from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import STRING, fields
from lab.cloud.plugin.resource import RefusedError, Resource, found
from lab.cloud.plugin.resources import pools
from lab.cloud.plugin.values import State


class KubernetesNodePool(Resource):
    """A further pool. Each update sends everything, the count of the state too: a pool that the autoscaler
    has grown is shrunk by an unrelated change (docs/facts/provider.md#a-stale-count)."""

    token = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
    inputs = fields({"clusterId": STRING.but(required=True, replaces=True), **pools.POOL})
    outputs = pools.POOL_OUTPUTS

    @override
    def create(self, client: Client, inputs: State) -> str:
        cluster = inputs["clusterId"]
        body = pools.body_of(inputs)
        path = f"/v2/kubernetes/clusters/{cluster}/node_pools"
        with explained("Error creating Kubernetes node pool"):
            with explained("Unable to create new default node pool"):
                key = client.call("POST", path, body)["node_pool"]["id"]
            pools.await_running(client, cluster, key)
        return key

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        cluster = state["clusterId"]
        path = f"/v2/kubernetes/clusters/{cluster}/node_pools/{key}"
        pool = found(client, path, "node_pool", "Error retrieving Kubernetes node pool")
        return pool and {"clusterId": cluster, **pools.state_of(pool)}

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        if changed:
            with explained("Error updating node pool"):
                pools.update(client, planned["clusterId"], key, planned)

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        path = f"/v2/kubernetes/clusters/{state['clusterId']}/node_pools/{key}"
        with explained("Unable to delete node pool"):
            client.call("DELETE", path)
        for _ in range(pools.LOOKS):
            client.await_cloud(pools.INTERVAL)
            if found(client, path, "node_pool", "Error trying to read nodepool state") is None:
                return
        raise RefusedError("Timeout waiting to delete nodepool")

    @override
    def adopt(self, client: Client, key: str, state: State) -> tuple[str, State]:
        """The pool's cluster is searched; the default pool is refused."""
        if "clusterId" in state:
            return key, state
        for cluster in client.call("GET", "/v2/kubernetes/clusters")["kubernetes_clusters"]:
            for pool in cluster["node_pools"]:
                if pool["id"] == key and pools.DEFAULT_TAG in pool["tags"]:
                    raise CallError(0, f"Node pool {key} is the default pool of cluster {cluster['id']}")
                if pool["id"] == key:
                    return key, {"clusterId": cluster["id"]}
        raise CallError(0, f"Did not find the cluster owning the node pool {key}")
