"""The cluster and its node pools, as the stack would take them over."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.adoption import inputs
from network.adoption.account import absent, chosen, differences
from network.adoption.objects import Effect, Importable
from network.live.cluster import Object
from network.live.finding import CannotLookError
from network.live.parallel import Seen
from network.plan.cluster import ClusterPlan, outside_bounds

_NOT_ITSELF = ("provisioning", "error", "deleting", "deleted")
"""States of a cluster that does not run yet, or never will; others come and go while it runs."""


def the_one(plan: ClusterPlan, clusters: list[Object], network: Object | None) -> Object | None:
    """Return the cluster that the stack file names, else the one of the planned name, else the only one of
    the stack's VPC."""
    found = chosen(plan.cluster, clusters)
    if found is not None or plan.cluster.adopted is not None or network is None:
        return found
    inside = [each for each in clusters if each["vpc_uuid"] == network["id"]]
    return inside[0] if len(inside) == 1 else None


def cluster(
    plan: ClusterPlan, found: Object | None, network: Seen[Object | None], *, seen: bool
) -> Iterator[Importable]:
    """Yield the stack's cluster; `network` is its VPC, `seen` whether the account told its clusters."""
    planned = plan.cluster
    key, adopted = "adopt.cluster", planned.adopted is not None
    if found is not None:
        told = [*differences(planned, found), *_against(planned.arguments["node_pool"], found, network)]
        lines = None if adopted else {"network:adopt": {"cluster": found["id"]}}
        title = f"cluster {found['name']}"
        yield Importable(planned.type, "cluster", found["id"], title, key, adopted, tuple(told), lines)
    elif adopted and seen:
        yield absent(planned, "cluster", "cluster", key, "doctl kubernetes cluster list")


def pools(plan: ClusterPlan, found: Object | None) -> Iterator[Importable]:
    """Yield the cluster's pools that the stack has beside the default one."""
    if found is None:
        return
    default = inputs.default_pool(found)
    others = [each for each in found["node_pools"] if each is not default]
    for planned in plan.pools:
        name, key = f"cluster-{planned.name}", f"adopt.nodePools.{planned.name}"
        adopted = planned.adopted is not None
        # Whoever made it did not write its size into its name.
        plainly = (each for each in others if not adopted and each["name"] == planned.name)
        pool = chosen(planned, others) or next(plainly, None)
        if pool is not None:
            told = (*differences(planned, pool), *_unreachable_bounds(found["name"], planned.arguments, pool))
            lines = None if adopted else {"network:adopt": {"nodePools": {planned.name: pool["id"]}}}
            title = f"node pool {pool['name']}"
            yield Importable(planned.type, name, pool["id"], title, key, adopted, told, lines)
        elif adopted:
            command = f"doctl kubernetes cluster node-pool list {found['id']}"
            yield absent(planned, name, "node pool of the cluster", key, command)


def _against(pool: Mapping[str, Any], found: Object, network: Seen[Object | None]) -> Iterator[Effect]:
    """Yield what stands against a cluster's adoption beside its inputs; `pool` is the planned default one."""
    state = found["status"]["state"]
    if state in _NOT_ITSELF:
        fix = (
            "wait while it is being changed; one in state `error` never runs: "
            "docs/runbooks/interrupted-run.md#a-cluster-in-state-error"
        )
        yield Effect("status", state, "running", "refused", "only a cluster that runs is taken over", fix)
    if isinstance(network, CannotLookError):
        pass  # Nobody knows whose VPC that is.
    elif network is None or found["vpc_uuid"] != network["id"]:
        there = "the stack's VPC does not exist" if network is None else f"the stack's is {network['id']}"
        yield Effect(
            "vpcUuid",
            found["vpc_uuid"],
            "the stack's VPC",
            "refused",
            f"a cluster never leaves its VPC, and {there}",
            f"write `adopt.vpc: {found['vpc_uuid']}`, and that VPC's range at external.vpc.ipRange",
        )
    default = inputs.default_pool(found)
    if default is None:
        tag = inputs.DEFAULT_TAG
        yield Effect(
            "nodePool",
            [each["name"] for each in found["node_pools"]],
            pool["name"],
            "refused",
            f"of several pools the provider takes the one that has the tag {tag} for the default one",
            "give it to one of them, beside the tags that it has: "
            f"doctl kubernetes cluster node-pool update {found['id']} <pool> --tag {tag}",
        )
    else:
        yield from _unreachable_bounds(found["name"], pool, default)


def _unreachable_bounds(cluster_name: str, planned: Mapping[str, Any], pool: Object) -> Iterator[Effect]:
    why = outside_bounds(cluster_name, {**planned, "name": pool["name"]}, pool["count"])
    if why is not None:
        bounds = f"{planned['min_nodes']} to {planned['max_nodes']}"
        yield Effect(
            "nodeCount", pool["count"], bounds, "refused", why, "move the pool first, by that command"
        )
