"""Node pools of Kubernetes clusters."""

import secrets
import string
import uuid

from lab.cloud.backend import place
from lab.cloud.endpoints.request import Operation, Reply, Request, listing
from lab.cloud.errors import not_found
from lab.cloud.rules import kubernetes as rules
from lab.cloud.state import Account, Json, Kind, now

_SUFFIX = string.ascii_lowercase + string.digits


def new_pool(account: Account, cluster: str, body: Json) -> Json:
    """A pool whose values are valid, with its nodes still to come. Raises a 422 ApiError otherwise.

    A client that leaves zeros out says by it that it wants none: `min_nodes` 0 of a pool that scales is taken
    (the Terraform provider's acceptance test makes such a pool on a real account).
    """
    scales = body.get("auto_scale") or False
    least = body.get("min_nodes") or 0
    pool: Json = {
        "id": str(uuid.uuid4()),
        "name": body["name"],
        "size": body["size"],
        "count": body.get("count") or (least if scales else 0),
        "tags": ["k8s", f"k8s:{cluster}", "k8s:worker", *(body.get("tags") or ())],
        "labels": body.get("labels") or {},
        "taints": _taints(body.get("taints")),
        "auto_scale": scales,
        "min_nodes": least,
        "max_nodes": body.get("max_nodes") or 0,
        "gpu_partition_mode": body.get("gpu_partition_mode") or "",
        "nodes": [],
    }
    rules.node_pool(pool)
    _resize(account, pool)
    return pool


def _taints(given: list[Json] | None) -> list[Json]:
    """Taints as the API answers them. The client library writes their keys with capitals."""
    return [{key.lower(): value for key, value in taint.items()} for taint in given or ()]


def _resize(account: Account, pool: Json) -> None:
    """Make the pool's list of nodes as long as its count; the newest nodes go first."""
    del pool["nodes"][pool["count"] :]
    while len(pool["nodes"]) < pool["count"]:
        suffix = "".join(secrets.choice(_SUFFIX) for _ in range(5))
        pool["nodes"].append(
            {
                "id": str(uuid.uuid4()),
                "name": f"{pool['name']}-{suffix}",
                "status": {"state": "provisioning", "message": ""},
                "droplet_id": str(account.next_serial()),
                "created_at": now(),
                "updated_at": now(),
            }
        )


def _list(request: Request) -> Reply:
    return listing(request, "node_pools", _cluster(request.store.account, request)["node_pools"])


def _get(request: Request) -> Reply:
    return 200, {"node_pool": _find(request.store.account, request)}


def _create(request: Request) -> Reply:
    with request.store.change() as account:
        cluster = _cluster(account, request)
        pool = new_pool(account, cluster["id"], request.body)
        cluster["node_pools"].append(pool)
        rules.pool_names(cluster["node_pools"])
        place(account, cluster, request.fleet.max_real_nodes)
    request.fleet.reconcile(cluster["id"])
    return 201, {"node_pool": pool}


def _update(request: Request) -> Reply:
    """What a body leaves out stays: no labels are no change, an empty list of taints is one [api]."""
    body = request.body
    with request.store.change() as account:
        cluster = _cluster(account, request)
        pool = _find(account, request)
        for key in ("name", "labels", "auto_scale", "min_nodes", "max_nodes"):
            if body.get(key) is not None:
                pool[key] = body[key]
        if body.get("taints") is not None:
            pool["taints"] = _taints(body["taints"])
        if body.get("tags") is not None:
            pool["tags"] = ["k8s", f"k8s:{cluster['id']}", "k8s:worker", *body["tags"]]
        pool["count"] = _count(pool, body.get("count"))
        rules.node_pool(pool)
        rules.pool_names(cluster["node_pools"])
        _resize(account, pool)
        place(account, cluster, request.fleet.max_real_nodes)
    request.fleet.reconcile(cluster["id"])
    return 202, {"node_pool": pool}


def _count(pool: Json, given: int | None) -> int:
    """A count that is given is checked against the bounds, as it is; without one the autoscaler moves the
    pool into its new bounds [api]."""
    if given is not None:
        return given
    if pool["auto_scale"]:
        return max(pool["min_nodes"], min(pool["count"], pool["max_nodes"]))
    return pool["count"]


def _delete(request: Request) -> Reply:
    with request.store.change() as account:
        cluster = _cluster(account, request)
        cluster["node_pools"].remove(_find(account, request))
        place(account, cluster, request.fleet.max_real_nodes)
    request.fleet.reconcile(cluster["id"])
    return 204, {}


def _delete_node(request: Request) -> Reply:
    """Another one takes its place where `replace` says so; else the pool has one less."""
    with request.store.change() as account:
        cluster, pool = _cluster(account, request), _find(account, request)
        node = next((each for each in pool["nodes"] if each["id"] == request.ids[2]), None)
        if node is None:
            raise not_found()
        pool["nodes"].remove(node)
        if request.query.get("replace") != "1":
            pool["count"] -= 1
        _resize(account, pool)
        place(account, cluster, request.fleet.max_real_nodes)
    request.fleet.reconcile(cluster["id"])
    return 202, {}


def _cluster(account: Account, request: Request) -> Json:
    cluster = account.get(Kind.CLUSTER, request.ids[0])
    if cluster["status"]["state"] == "deleting":
        raise not_found()
    return cluster


def _find(account: Account, request: Request) -> Json:
    for pool in _cluster(account, request)["node_pools"]:
        if pool["id"] == request.ids[1]:
            return pool
    raise not_found()


_POOLS = "/v2/kubernetes/clusters/{}/node_pools"

OPERATIONS = (
    Operation("list_node_pools", "GET", _POOLS, _list),
    Operation("create_node_pool", "POST", _POOLS, _create),
    Operation("get_node_pool", "GET", f"{_POOLS}/{{}}", _get),
    Operation("update_node_pool", "PUT", f"{_POOLS}/{{}}", _update),
    Operation("delete_node_pool", "DELETE", f"{_POOLS}/{{}}", _delete),
    Operation("delete_node", "DELETE", f"{_POOLS}/{{}}/nodes/{{}}", _delete_node),
)
