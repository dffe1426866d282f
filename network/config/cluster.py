"""DOKS cluster, node pools and their address ranges (NET-1, NET-2, ADM-1)."""

from ipaddress import IPv4Network
from typing import Literal

from pydantic import Field

from network.config.model import Model


class Taint(Model):
    """A taint on every node of a pool."""

    key: str
    value: str = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class AutoScale(Model):
    """Bounds of the pool's autoscaler. With it the pool has no `count`: the two would fight."""

    min: int = Field(ge=0, le=512)
    max: int = Field(ge=1, le=512)


class NodePool(Model):
    """A pool of equal nodes: either a fixed `count` or `autoScale`."""

    size: str
    """Droplet size slug, for example `s-2vcpu-4gb`. Changing the default pool's size replaces the cluster."""
    count: int | None = Field(default=None, ge=1, le=512)
    auto_scale: AutoScale | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    taints: tuple[Taint, ...] = ()


class Maintenance(Model):
    """Window in which DigitalOcean may patch the cluster; needs `autoUpgrade`."""

    day: Literal[
        "any",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ] = "any"
    start_time: str = "02:00"
    """Start in UTC, `HH:MM`."""


class Cluster(Model):
    """The DOKS cluster."""

    version: str
    """Full version slug such as `1.36.1-do.0`: a prefix would replace the cluster or update for ever."""
    ha: bool
    """Highly available control plane; cannot be switched off later."""
    pod_range: IPv4Network = IPv4Network("10.244.0.0/16")
    """Pod addresses; changing it replaces the cluster."""
    service_range: IPv4Network = IPv4Network("10.96.0.0/12")
    """Service addresses; changing it replaces the cluster."""
    cni: Literal["cilium", "generic"] = "cilium"
    """Whose policies are generated: DOKS runs Cilium; `generic` is plain NetworkPolicy."""
    auto_upgrade: bool = False
    """Let DigitalOcean apply patch versions in the maintenance window; the program then ignores `version`."""
    surge_upgrade: bool = True
    maintenance: Maintenance | None = None
    api_allowed_ranges: tuple[IPv4Network, ...]
    """Source ranges that may reach the Kubernetes API (ADM-1)."""
    node_pools: dict[str, NodePool] = Field(min_length=1)
    """Pools by name. The pool named `default` is part of the cluster and must exist."""
    destroy_associated_resources: bool = False
    """On `destroy`, also remove load balancers and volumes made through the Kubernetes API."""
    kubeconfig_expire_seconds: int = Field(default=0, ge=0)
    """Life of the API token in the kubeconfig; 0 is DigitalOcean's default of seven days."""
