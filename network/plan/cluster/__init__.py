"""The DOKS cluster and its node pools (NET-1, ADM-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.cluster import DEFAULT_POOL, POOL_LABEL, Cluster, NodePool
from network.plan.cluster import alerts, capacity, dashboard
from network.plan.model.cloud import CloudResource
from network.plan.model.layer import LayerPlan
from network.plan.model.names import environment_name

EVERYBODY = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class ClusterPlan(LayerPlan):
    """Cluster and further pools."""

    title = "Cluster"

    cluster: CloudResource
    """Lacks `vpc_uuid`."""
    pools: tuple[CloudResource, ...]
    """Pools beside the default one; each lacks `cluster_id`."""


def build(config: StackConfig) -> ClusterPlan:
    """Return the cluster layer's plan."""
    return ClusterPlan(
        dashboards=dashboard.build(config),
        rules=alerts.build(config),
        limits=tuple(capacity.limits(config)),
        taken=(capacity.SYSTEM, capacity.SYSTEM_ONCE),
        charges=tuple(capacity.charges(config)),
        cluster=_cluster(config),
        pools=tuple(
            CloudResource(
                "KubernetesNodePool",
                name,
                {"name": pool_name(name, pool), **_pool(config, name, pool)},
                protect=name in config.adopt.node_pools,
                adopted=config.adopt.node_pools.get(name),
            )
            for name, pool in config.cluster.node_pools.items()
            if name != DEFAULT_POOL
        ),
    )


def pool_name(name: str, pool: NodePool) -> str:
    """Return the name of a further pool in the account.

    The size replaces the pool, and names are unique in a cluster: with the size in its name the new pool
    stands beside the old one, which goes once the new one's nodes run.
    """
    # Sizes may have underscores, names of pools may not.
    return f"{name}-{pool.size.replace('_', '-')}"


def _cluster(config: StackConfig) -> CloudResource:
    cluster = config.cluster
    name = environment_name(config)
    arguments: dict[str, Any] = {
        "name": name,
        "region": config.environment.region,
        "version": cluster.version,
        "ha": cluster.ha,
        # Both ranges together make the cluster VPC-native; with one or none it is not.
        "cluster_subnet": str(cluster.pod_range),
        "service_subnet": str(cluster.service_range),
        "auto_upgrade": cluster.auto_upgrade,
        "surge_upgrade": cluster.surge_upgrade,
        "control_plane_firewall": _firewall(cluster),
        "destroy_all_associated_resources": cluster.destroy_associated_resources,
        "kubeconfig_expire_seconds": cluster.kubeconfig_expire_seconds,
        "tags": _tags(config),
        "node_pool": {
            "name": DEFAULT_POOL,
            **_pool(config, DEFAULT_POOL, cluster.node_pools[DEFAULT_POOL]),
        },
    }
    if config.external.nat_gateway is not None:
        # Never switched off: with the last gateway its Routes go at the end of the same `up`, and only the
        # agent lets them go. Taken out, the provider leaves it as it is.
        arguments["routing_agent"] = {"enabled": True}
    if cluster.maintenance is not None:
        arguments["maintenance_policy"] = {
            "day": cluster.maintenance.day,
            "start_time": cluster.maintenance.start_time,
        }
    return CloudResource(
        type="KubernetesCluster",
        name=name,
        arguments=arguments,
        protect=config.environment.is_production or config.adopt.cluster is not None,
        adopted=config.adopt.cluster,
        # DigitalOcean's to choose. Of one that is ours, only what raises it is asked for (`plan.version`).
        ignore_changes=("version",) if cluster.auto_upgrade else (),
        # A second cluster cannot have the first one's name and pod range.
        delete_before_replace=True,
    )


def _firewall(cluster: Cluster) -> dict[str, Any]:
    """Return the API server's firewall: explicit even when nothing is listed, since removing the block is no
    change to the provider. An empty list would be sent as null, which may leave the former one."""
    allowed = [str(allowed) for allowed in cluster.api_allowed_ranges]
    return {"enabled": bool(allowed), "allowed_addresses": allowed or [EVERYBODY]}


def _pool(config: StackConfig, name: str, pool: NodePool) -> dict[str, Any]:
    """Return a pool's arguments: a count or the autoscaler's bounds, never both, since a count
    would shrink the pool that the autoscaler has grown."""
    size: dict[str, Any] = (
        {
            "auto_scale": True,
            "min_nodes": pool.auto_scale.min,
            "max_nodes": pool.auto_scale.max,
        }
        if pool.auto_scale is not None
        else {"auto_scale": False, "node_count": pool.count}
    )
    return {
        "size": pool.size,
        **size,
        "labels": {**pool.labels, POOL_LABEL: name},
        "taints": [taint.model_dump() for taint in pool.taints],
        "tags": _tags(config),
    }


def outside_bounds(cluster: str, pool: Mapping[str, Any], present: int | None) -> str | None:
    """Return why a pool's new bounds cannot be reached by `up`, and what can; None if they can.

    The provider sends the count that the pool has with the new bounds, and DigitalOcean takes only a count
    within them. `present`: that count; None or 0 where none is sent.
    """
    if not (pool["auto_scale"] and present) or pool["min_nodes"] <= present <= pool["max_nodes"]:
        return None
    return (
        f"node pool {pool['name']} has {present} node(s) and would be bound to {pool['min_nodes']} to "
        f"{pool['max_nodes']}; the provider would send its present count, which DigitalOcean refuses. Move "
        f"the pool first, then run `pulumi up` again: doctl kubernetes cluster node-pool update {cluster} "
        f"{pool['name']} --auto-scale --min-nodes {pool['min_nodes']} --max-nodes {pool['max_nodes']}"
    )


def _tags(config: StackConfig) -> list[str]:
    return ["network", f"environment:{config.environment.name}"]
