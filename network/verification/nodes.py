"""Pools and nodes: those that the stack file asks for, and no others."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from network.live.cluster import Object
from network.live.finding import CannotLookError, Finding
from network.plan import Plan
from network.verification.cluster import Own, the_one
from network.verification.reading import CLUSTERS, NODES, Objects, Reading
from network.verification.row import Behind, Check, Judged, Look, both, derived, listed

POOLS = Check(
    "node-pools",
    "the cluster has the planned pools and no others",
    CLUSTERS,
    "missing: `pulumi up`. Beside the plan: declare it in cluster.nodePools, or delete it with doctl",
)
SIZE = Check(
    "node-pool-size",
    "the pool's nodes have the planned size",
    CLUSTERS,
    "write the size that it has, or `pulumi up`; of the default pool that makes another cluster, or by "
    "docs/tasks/default-pool.md none",
)
COUNT = Check(
    "node-pool-count",
    "the pool has the planned number of nodes, or one within the autoscaler's bounds, all of them running",
    CLUSTERS,
    "`pulumi up` sets it again; `doctl kubernetes cluster node-pool list <cluster>` shows it",
)
LABELS = Check(
    "node-pool-labels",
    "the pool gives its nodes the planned labels and taints, by which pods choose them",
    CLUSTERS,
    "`pulumi up` sets them again",
)
JOINED = Check(
    "node-joined",
    "each node that the account pays for is a Node of the cluster, and Ready",
    NODES,
    "`kubectl describe node <name>`; else `doctl kubernetes cluster node-pool replace-node`",
)
UNKNOWN = Check(
    "nodes-unknown",
    "the cluster has no Node that the account knows nothing of",
    NODES,
    "find out who joined it; a Node whose Droplet is gone goes by itself within minutes",
)
ADDRESS = Check(
    "node-address",
    "each Node's address is one of the VPC's",
    NODES,
    "its Droplet is in another network: `doctl kubernetes cluster node-pool replace-node`",
)
CHECKS = (POOLS, SIZE, COUNT, LABELS, JOINED, UNKNOWN, ADDRESS)


def findings(plan: Plan, reading: Reading, it: Own) -> Iterator[Finding]:
    """Yield the rows of pools and nodes."""
    planned = _planned(plan)
    names = [pool["name"] for pool in planned.values()]
    yield POOLS.row(f"cluster {it.name}", listed(sorted(names)), "cluster.nodePools").equal(
        it.cluster, lambda cluster: listed(sorted(pool["name"] for pool in cluster["node_pools"]))
    )
    for key, asked in planned.items():
        yield from _pool(key, asked, it)
    nodes = it.inside(reading.nodes)
    yield from _joined(it.cluster, nodes)
    yield UNKNOWN.row("Nodes", "none beside the account's").none(both(it.cluster, nodes), _unknown)
    yield from _addresses(plan.addresses.vpc, nodes)


def _planned(plan: Plan) -> Mapping[str, Mapping[str, Any]]:
    """Return what was asked for of each pool, by its name in the stack file."""
    default = plan.cluster.cluster.arguments["node_pool"]
    return {default["name"]: default, **{pool.name: pool.arguments for pool in plan.cluster.pools}}


def _pool(key: str, asked: Mapping[str, Any], it: Own) -> Iterator[Finding]:
    pool = _named(it.cluster, asked["name"])
    subject, declared = f"pool {asked['name']}", f"cluster.nodePools.{key}"
    yield SIZE.row(subject, asked["size"], f"{declared}.size").equal(pool, lambda each: each["size"])
    if asked["auto_scale"]:
        planned, where = f"{asked['min_nodes']} to {asked['max_nodes']}", f"{declared}.autoScale"
    else:
        planned, where = f"{asked['node_count']}", f"{declared}.count"
    yield COUNT.row(subject, planned, where).judge(pool, lambda each: _count(asked, each))
    yield LABELS.row(subject, _marks(asked), f"{declared}.labels").judge(
        pool, lambda each: Judged(_marks(each), _marks(each) == _marks(asked))
    )


def _named(cluster: Look[Object], name: str) -> Look[Object]:
    return the_one(derived(cluster, lambda each: each["node_pools"]), name, "pool")


def _count(asked: Mapping[str, Any], pool: Object) -> Judged:
    bounds = "" if not pool["auto_scale"] else f", scaling from {pool['min_nodes']} to {pool['max_nodes']}"
    states = sorted({node["status"]["state"] for node in pool["nodes"]} - {"running"})
    present = len(pool["nodes"])
    told = f"{pool['count']}{bounds}"
    told += f", of which {present} are there" if present != pool["count"] else ""
    told += f", some {listed(states)}" if states else ""
    if asked["auto_scale"]:
        right = pool["auto_scale"] and (pool["min_nodes"], pool["max_nodes"]) == (
            asked["min_nodes"],
            asked["max_nodes"],
        )
        right = right and asked["min_nodes"] <= pool["count"] <= asked["max_nodes"]
    else:
        right = not pool["auto_scale"] and pool["count"] == asked["node_count"]
    return Judged(told, right and present == pool["count"] and not states)


def _marks(pool: Mapping[str, Any]) -> str:
    labels = [f"{key}={value}" for key, value in sorted((pool.get("labels") or {}).items())]
    taints = sorted(
        f"{each['key']}={each.get('value') or ''}:{each['effect']}" for each in pool.get("taints") or ()
    )
    return listed([*labels, *taints])


def nodes_of(cluster: Object) -> Objects:
    """Return the account's nodes of a cluster."""
    return [node for pool in cluster["node_pools"] or () for node in pool["nodes"] or ()]


def _joined(cluster: Look[Object], nodes: Look[Objects]) -> Iterator[Finding]:
    planned = "a Node that is Ready"
    own = derived(cluster, lambda seen: [node["name"] for node in nodes_of(seen)])
    if isinstance(own, CannotLookError | Behind):
        yield JOINED.row("Nodes", planned).unseen(own)
        return
    for name in own:
        yield JOINED.row(f"node {name}", planned).judge(nodes, lambda seen, name=name: _ready(seen, name))


def _ready(nodes: Objects, name: str) -> Judged:
    found = [node for node in nodes if node["metadata"]["name"] == name]
    if not found:
        return Judged("no Node of this name", False)
    conditions = {each["type"]: each for each in found[0]["status"]["conditions"]}
    if conditions["Ready"]["status"] == "True":
        return Judged("a Node that is Ready", True)
    return Judged(f"a Node that is not Ready: {conditions['Ready'].get('message', 'without a word')}", False)


def _unknown(pair: tuple[Object, Objects]) -> list[str]:
    cluster, nodes = pair
    known = {node["name"] for node in nodes_of(cluster)}
    return [name for node in nodes if (name := node["metadata"]["name"]) not in known]


def named(nodes: Look[Objects]) -> Look[dict[str, Object]]:
    """Return Nodes by their names."""
    return derived(nodes, lambda seen: {node["metadata"]["name"]: node for node in seen})


def _addresses(vpc: IPv4Network, nodes: Look[Objects]) -> Iterator[Finding]:
    planned, declared = f"in {vpc}", "external.vpc.ipRange"
    by_name = named(nodes)
    if isinstance(by_name, CannotLookError | Behind):
        yield ADDRESS.row("Nodes", planned, declared).unseen(by_name)
        return
    for name, node in by_name.items():
        row = ADDRESS.row(f"node {name}", planned, declared)
        yield row.judge(node, lambda each: _address(vpc, each))


def _address(vpc: IPv4Network, node: Object) -> Judged:
    found = internal_addresses(node)
    return Judged(listed(found), bool(found) and all(each in vpc for each in found))


def internal_addresses(node: Object) -> list[IPv4Address]:
    """Return a Node's addresses within the VPC, those of IPv4."""
    given = (
        each["address"] for each in node["status"].get("addresses") or () if each["type"] == "InternalIP"
    )
    return [IPv4Address(each) for each in given if ":" not in each]
