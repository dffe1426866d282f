"""Rules of Kubernetes clusters and node pools."""

import re
from ipaddress import IPv4Network, ip_network

from lab.cloud.catalogue import KUBERNETES_VERSIONS, SIZES, resolve_version, version_key
from lab.cloud.errors import unprocessable
from lab.cloud.rules.network import free_of_overlap, known_region, private_range
from lab.cloud.state import Account, Json, Kind

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def cluster_name(account: Account, name: str, own: str | None = None) -> None:
    """Cluster names are small letters, digits and '-', and unique in the account [api]
    (docs/facts/provider.md#what-a-preview-refuses). `own`: id of the cluster that is renamed."""
    if not _NAME.fullmatch(name):
        raise unprocessable(f"validation error: name {name!r} must be lower case letters, digits and dashes")
    if any(each["name"] == name and each["id"] != own for each in account.all(Kind.CLUSTER)):
        raise unprocessable("a cluster with this name already exists")


def cluster_version(asked: str) -> str:
    """The version a new cluster gets; a slug that is not offered is refused
    (docs/facts/provider.md#what-a-preview-refuses)."""
    version = resolve_version(asked)
    if version is None:
        raise unprocessable(f"validation error: invalid version slug {asked!r}")
    return version


def upgrade(current: str, asked: str) -> None:
    """A cluster moves only to an offered slug that is newer than its own; the same one is refused [api]
    (docs/facts/provider.md#an-older-version-replaces)."""
    if asked not in KUBERNETES_VERSIONS:
        raise unprocessable(f"unable to upgrade the cluster: invalid version slug {asked!r}")
    if version_key(asked) <= version_key(current):
        raise unprocessable(f"unable to upgrade the cluster: {asked} is not newer than {current}")


def cluster_ranges(account: Account, vpc: Json, body: Json) -> dict[str, IPv4Network]:
    """The pod and Service ranges that `body` asks for: private, disjoint from each other and from every
    network of the account [api] (docs/facts/digitalocean.md#ranges-of-a-vpc)."""
    asked = {
        key: private_range(key, body[key]) for key in ("cluster_subnet", "service_subnet") if body.get(key)
    }
    if len(asked) == 1:
        raise unprocessable("cluster_subnet and service_subnet must be given together")
    for key, network in asked.items():
        if network.overlaps(IPv4Network(vpc["ip_range"])):
            raise unprocessable(f"{key} {network} overlaps with the range of its VPC, {vpc['ip_range']}")
        free_of_overlap(account, network)
    if asked and asked["cluster_subnet"].overlaps(asked["service_subnet"]):
        raise unprocessable("cluster_subnet and service_subnet overlap")
    return asked


def cluster_place(vpc: Json, region: str) -> None:
    """A cluster's region must exist and be that of its VPC; a mismatch hangs
    (docs/facts/digitalocean.md#clusters)."""
    known_region(region)
    if vpc["region"] != region:
        raise unprocessable(f"the VPC is in region {vpc['region']}, the cluster shall be in {region}")


def maintenance(policy: Json | None) -> None:
    """The window starts at a time of day, HH:MM
    (docs/facts/provider.md#what-a-preview-refuses)."""
    if policy and not _TIME.fullmatch(policy.get("start_time") or "00:00"):
        raise unprocessable(f"maintenance_policy: invalid start_time {policy['start_time']!r}")


def control_plane_firewall(firewall: Json | None) -> None:
    """Allowed addresses are addresses or ranges
    (docs/facts/provider.md#what-a-preview-refuses)."""
    for address in (firewall or {}).get("allowed_addresses") or ():
        try:
            ip_network(address)
        except ValueError:
            raise unprocessable(f"control_plane_firewall: invalid allowed address {address!r}") from None


def ha_kept(current: bool, asked: bool) -> None:
    """High availability cannot be switched off (docs/facts/digitalocean.md#clusters)."""
    if current and not asked:
        raise unprocessable("high availability cannot be disabled once it has been enabled")


def node_pool(pool: Json) -> None:
    """A pool has a name, an offered size, at least one node unless it scales, and a count within its bounds
    when it does (docs/facts/provider.md#what-a-preview-refuses; a count outside is refused [api])."""
    if not _NAME.fullmatch(pool["name"]):
        raise unprocessable(f"validation error: invalid node pool name {pool['name']!r}")
    if pool["size"] not in SIZES:
        raise unprocessable(f"validation error: invalid node size slug {pool['size']!r}")
    if pool["auto_scale"]:
        if not 0 <= pool["min_nodes"] <= pool["max_nodes"] or pool["max_nodes"] < 1:
            raise unprocessable("validation error: min_nodes must be at least 0 and at most max_nodes")
        if not pool["min_nodes"] <= pool["count"] <= pool["max_nodes"]:
            raise unprocessable("validation error: count must be from min_nodes to max_nodes")
    elif pool["count"] < 1:
        raise unprocessable("validation error: a node pool needs at least one node")


def pool_names(pools: list[Json]) -> None:
    """Pools of one cluster have different names."""
    names = [pool["name"] for pool in pools]
    if len(set(names)) != len(names):
        raise unprocessable("validation error: node pool names must be unique in a cluster")
