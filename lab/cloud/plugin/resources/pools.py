"""Node pools, as a resource and as a cluster's default pool."""

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, STRING, list_of, map_of, object_of, set_of
from lab.cloud.plugin.resource import RefusedError
from lab.cloud.plugin.resources.spelling import to_pulumi
from lab.cloud.plugin.values import State
from lab.cloud.state import Json

DEFAULT_TAG = "terraform:default-node-pool"
"""Marks the pool that belongs to the cluster's own resource
(docs/facts/kubernetes.md#the-default-node-pool)."""

LOOKS = 180
"""Looks at intervals of INTERVAL before a wait is given up: half an hour."""

INTERVAL = 10.0
"""Seconds before the first look and between two (docs/facts/provider.md#waiting)."""

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


def _has_already(old: int | None, new: int, state: State) -> bool:
    """`state`: the pool's, or that of the cluster whose default pool it is."""
    del old
    pool: State = state.get("nodePool") or state
    return new == pool.get("actualNodeCount")


POOL = {
    "name": STRING.but(check=checks.not_empty),
    "size": STRING.but(required=True, replaces=True, check=checks.not_empty),
    # Nothing is checked, a negative count neither; one that the pool has already is no difference.
    "nodeCount": INTEGER.but(computed=True, same=_has_already),
    "autoScale": BOOLEAN,
    "minNodes": INTEGER,
    "maxNodes": INTEGER,
    "tags": set_of(STRING.but(check=checks.tag)),
    "labels": map_of(STRING),
    "taints": set_of(TAINT),
    "gpuPartitionMode": STRING,
}

POOL_OUTPUTS = {"actualNodeCount": INTEGER, "nodes": list_of(NODE)}


def body_of(pool: State, *tags: str) -> Json:
    """The body that creates a pool, without what is empty or zero, as the client library writes it."""
    body: Json = {
        "name": pool["name"],
        "size": pool["size"],
        "count": pool.get("nodeCount"),
        "tags": [*(pool.get("tags") or []), *tags],
        "labels": pool.get("labels"),
        "taints": _taints(pool),
        "auto_scale": pool.get("autoScale"),
        "min_nodes": pool.get("minNodes"),
        "max_nodes": pool.get("maxNodes"),
        "gpu_partition_mode": pool.get("gpuPartitionMode"),
    }
    return {key: value for key, value in body.items() if value}


def update(client: Client, cluster: str, key: str, pool: State, *tags: str) -> None:
    """Send a pool as the program wants it and wait until its nodes run.

    The client library leaves an empty map of labels out, so the last label is never taken away; taints,
    bounds and the switch are always sent, a count where the state has one
    (docs/facts/provider.md#a-stale-count).
    """
    lists = {"tags": [*(pool.get("tags") or []), *tags], "labels": pool.get("labels")}
    body: Json = {
        "name": pool["name"],
        **{name: value for name, value in lists.items() if value},
        "taints": _taints(pool),
        "auto_scale": pool.get("autoScale") or False,
        "min_nodes": pool.get("minNodes") or 0,
        "max_nodes": pool.get("maxNodes") or 0,
        **({"count": pool["nodeCount"]} if pool.get("nodeCount") else {}),
    }
    try:
        with explained("Unable to update nodepool"):
            client.call("PUT", f"/v2/kubernetes/clusters/{cluster}/node_pools/{key}", body)
    except CallError as error:
        if error.status != 404:
            raise
        return
    await_running(client, cluster, key)


def _taints(pool: State) -> list[Json]:
    """The client library names the keys of a taint with capitals."""
    return [
        {key.capitalize(): taint[key] for key in ("key", "value", "effect")}
        for taint in pool.get("taints") or ()
    ]


def await_running(client: Client, cluster: str, key: str) -> None:
    """Wait until a pool has its nodes and all of them run."""
    for _ in range(LOOKS):
        client.await_cloud(INTERVAL)
        with explained("Error trying to read nodepool state"):
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
