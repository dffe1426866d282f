"""What the API answers, as inputs of Pulumi's resources: of each, those that a plan may name."""

from collections.abc import Callable, Mapping
from typing import Any

from network.live.cluster import Object

DEFAULT_TAG = "terraform:default-node-pool"
"""By which the provider knows a cluster's default pool (docs/facts/provider.md#an-import-writes)."""

UNTOLD = frozenset({"destroyAllAssociatedResources", "kubeconfigExpireSeconds"})
"""Inputs of a cluster that stand in Pulumi's state alone."""


def of(type_name: str, found: Object, planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a found object has of the planned inputs, and what it has besides that `up` takes away."""
    all_of_it = _INPUTS[type_name](found)
    more = {key: value for key, value in all_of_it.items() if key in _TAKEN_AWAY and value}
    return _within(all_of_it, planned) | more


def asked(planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the planned inputs that the API tells."""
    return {key: value for key, value in planned.items() if key not in UNTOLD}


_TAKEN_AWAY = ("clusterAutoscalerConfigurations",)
"""What no plan names, and the provider does not leave alone (docs/facts/provider.md#assumed-of-the-api)."""


def _within(found: Mapping[str, Any], planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is found under the keys of the plan; labels are the user's, and compared as a whole."""
    return {
        key: (
            _within(value, planned[key])
            if isinstance(value, Mapping) and isinstance(planned[key], Mapping) and key != "labels"
            else value
        )
        for key, value in found.items()
        if key in planned
    }


def _vpc(vpc: Object) -> dict[str, Any]:
    return {
        "name": vpc["name"],
        "region": vpc["region"],
        "ipRange": vpc["ip_range"],
        "description": vpc.get("description") or "",
    }


def _cluster(cluster: Object) -> dict[str, Any]:
    firewall = cluster.get("control_plane_firewall") or {}
    window = cluster.get("maintenance_policy") or {}
    scaler = cluster.get("cluster_autoscaler_configuration")
    pool = default_pool(cluster)
    return {
        "name": cluster["name"],
        "region": cluster["region"],
        "version": cluster["version"],
        "ha": bool(cluster.get("ha")),
        "clusterSubnet": cluster["cluster_subnet"],
        "serviceSubnet": cluster["service_subnet"],
        "autoUpgrade": bool(cluster.get("auto_upgrade")),
        "surgeUpgrade": bool(cluster.get("surge_upgrade")),
        "controlPlaneFirewall": {
            "enabled": bool(firewall.get("enabled")),
            "allowedAddresses": firewall.get("allowed_addresses") or [],
        },
        "tags": _own_tags(cluster),
        "routingAgent": {"enabled": bool((cluster.get("routing_agent") or {}).get("enabled"))},
        "maintenancePolicy": {"day": window.get("day"), "startTime": window.get("start_time")},
        **({} if pool is None else {"nodePool": _pool(pool)}),
        "clusterAutoscalerConfigurations": [scaler] if scaler and any(scaler.values()) else [],
    }


def default_pool(cluster: Object) -> Object | None:
    """Return the pool that the provider takes for the default one; None where it refuses to choose."""
    pools = cluster["node_pools"]
    marked = [each for each in pools if DEFAULT_TAG in (each.get("tags") or ())]
    chosen = marked or pools
    return chosen[0] if len(chosen) == 1 else None


def _pool(pool: Object) -> dict[str, Any]:
    return {
        "name": pool["name"],
        "size": pool["size"],
        "autoScale": bool(pool.get("auto_scale")),
        "minNodes": pool.get("min_nodes"),
        "maxNodes": pool.get("max_nodes"),
        "nodeCount": pool["count"],
        "labels": pool.get("labels") or {},
        "taints": pool.get("taints") or [],
        "tags": _own_tags(pool),
    }


def _own_tags(of_it: Object) -> list[str]:
    """Return the tags that somebody gave: not DigitalOcean's, nor the provider's."""
    return [
        tag for tag in of_it.get("tags") or () if tag != "k8s" and not tag.startswith(("k8s:", "terraform:"))
    ]


def _firewall(firewall: Object) -> dict[str, Any]:
    return {"name": firewall["name"], "inboundRules": [_rule(each) for each in firewall["inbound_rules"]]}


def _rule(rule: Object) -> dict[str, Any]:
    ports = {} if rule["protocol"] == "icmp" else {"portRange": rule["ports"]}
    return {
        "protocol": rule["protocol"],
        **ports,
        "sourceAddresses": (rule.get("sources") or {}).get("addresses") or [],
    }


def _check(check: Object) -> dict[str, Any]:
    return {key: check[key] for key in ("name", "target", "type", "regions", "enabled")}


def _gateway(gateway: Object) -> dict[str, Any]:
    return {key: gateway[key] for key in ("name", "region", "type", "size")}


def _record(record: Object) -> dict[str, Any]:
    return {key: record[key] for key in ("type", "name", "ttl")}


def _named(of_it: Object) -> dict[str, Any]:
    return {"name": of_it["name"]}


_INPUTS: Mapping[str, Callable[[Object], dict[str, Any]]] = {
    "Vpc": _vpc,
    "KubernetesCluster": _cluster,
    "KubernetesNodePool": _pool,
    "Domain": _named,
    "DnsRecord": _record,
    "Firewall": _firewall,
    "VpcPeering": _named,
    "VpcNatGateway": _gateway,
    "UptimeCheck": _check,
}
