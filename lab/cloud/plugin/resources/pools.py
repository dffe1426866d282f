"""Node pools, as a resource and as a cluster's default pool."""

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import Client
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, STRING, list_of, map_of, object_of, set_of
from lab.cloud.plugin.resource import RefusedError
from lab.cloud.plugin.resources.spelling import to_pulumi
from lab.cloud.plugin.values import State
from lab.cloud.state import Json

DEFAULT_TAG = "terraform:default-node-pool"
"""Marks the pool that belongs to the cluster's own resource."""

LOOKS = 180
"""Looks at intervals of INTERVAL before a wait is given up: half an hour."""

INTERVAL = 10.0
"""Seconds before the first look and between two (digitalocean-provider.md, section 5)."""

TAINT = object_of(
    {
        "key": STRING.but(required=True),
        "value": STRING.but(required=True),
        "effect": STRING.but(
            required=True, check=checks.one_of(("NoSchedule", "PreferNoSchedule", "NoExecute"))
        ),
    }
)

NODE = object_of(dict.fromkeys(("id", "name", "status", "dropletId", "createdAt", "updatedAt"), STRING))

POOL = {
    "name": STRING.but(check=checks.not_empty),
    "size": STRING.but(required=True, replaces=True, check=checks.not_empty),
    "nodeCount": INTEGER.but(computed=True, check=checks.at_least(0)),
    "autoScale": BOOLEAN,
    "minNodes": INTEGER.but(check=checks.at_least(0)),
    "maxNodes": INTEGER.but(check=checks.at_least(0)),
    "tags": set_of(STRING.but(check=checks.tag)),
    "labels": map_of(STRING),
    "taints": set_of(TAINT),
    "gpuPartitionMode": STRING,
}

POOL_OUTPUTS = {"actualNodeCount": INTEGER, "nodes": list_of(NODE)}


def body_of(pool: State, *tags: str) -> Json:
    """The body that creates a pool."""
    body: Json = {
        "name": pool["name"],
        "size": pool["size"],
        "tags": [*(pool.get("tags") or []), *tags],
        "labels": pool.get("labels") or {},
        "taints": pool.get("taints") or [],
        "auto_scale": pool.get("autoScale") or False,
        "min_nodes": pool.get("minNodes") or 0,
        "max_nodes": pool.get("maxNodes") or 0,
    }
    given = {"count": pool.get("nodeCount"), "gpu_partition_mode": pool.get("gpuPartitionMode")}
    return body | {key: value for key, value in given.items() if value}


def update(client: Client, cluster: str, key: str, pool: State, *tags: str) -> None:
    """Send a pool as the program wants it, all of it, and wait until its nodes run."""
    body = body_of(pool, *tags)
    body.pop("size")
    client.call("PUT", f"/v2/kubernetes/clusters/{cluster}/node_pools/{key}", body)
    await_running(client, cluster, key)


def await_running(client: Client, cluster: str, key: str) -> None:
    """Wait until a pool has its nodes and all of them run."""
    for _ in range(LOOKS):
        client.await_cloud(INTERVAL)
        pool = client.call("GET", f"/v2/kubernetes/clusters/{cluster}/node_pools/{key}")["node_pool"]
        if len(pool["nodes"]) == pool["count"] and all(_state(node) == "running" for node in pool["nodes"]):
            return
    raise RefusedError("Timeout waiting to create nodepool")


def state_of(pool: Json) -> State:
    """A pool's properties; tags that the service and the plugin add are left out."""
    return {
        "name": pool["name"],
        "size": pool["size"],
        "nodeCount": pool["count"],
        "actualNodeCount": pool["count"],
        "autoScale": pool["auto_scale"],
        "minNodes": pool["min_nodes"],
        "maxNodes": pool["max_nodes"],
        "tags": own_tags(pool["tags"]),
        "labels": pool["labels"],
        "taints": pool["taints"],
        "gpuPartitionMode": pool.get("gpu_partition_mode", ""),
        "nodes": [{**to_pulumi(node), "status": _state(node)} for node in pool["nodes"]],
    }


def own_tags(tags: list[str]) -> list[str]:
    """The tags that the user gave."""
    return [tag for tag in tags if tag != "k8s" and not tag.startswith(("k8s:", "terraform:"))]


def _state(node: Json) -> str:
    return node["status"]["state"]
