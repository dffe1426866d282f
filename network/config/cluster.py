"""DOKS cluster, node pools and their address ranges (NET-1, NET-2, ADM-1)."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, repeated
from network.config.names import (
    DropletSize,
    KubernetesVersion,
    LabelValue,
    Name,
    NodeLabelKey,
    TimeOfDay,
)
from network.config.ranges import PodRange, Range, ServiceRange

DEFAULT_CNI = "cilium"
"""What DOKS runs."""

DEFAULT_POOL = "default"
"""The pool that is part of the cluster resource."""


LONGEST_POOL_NAME = 57
"""Of a pool in the account: DigitalOcean appends a hyphen and five characters to make the names of nodes, and
a label of Kubernetes, which every node's name becomes, has 63 at most."""


POOL_LABEL = "network.webgrip.nl/pool"
"""On every node, with its pool's name in the stack file. Besides, no pool is without a label: the provider's
client leaves an empty map out, so that a pool's last label would never go
(docs/facts/provider.md#the-last-label)."""


class Taint(Model):
    """A taint on every node of a pool."""

    key: NodeLabelKey = Field(examples=["webgrip.nl/role"])
    """Name of the taint."""
    value: LabelValue = ""
    """What tolerations compare."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """What happens to pods that do not tolerate it."""


class AutoScale(Model):
    """Bounds of the pool's autoscaler. With it the pool has no `count`: the two would fight.

    Bounds that the present count breaks are refused by a preview, with the command that moves the pool first:
    the provider would send the count that the pool has."""

    min: int = Field(ge=0, le=512)
    """0 lets a pool beside the default one vanish while no pod needs it."""
    max: int = Field(ge=1, le=512)
    """Most nodes."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.min > self.max:
            yield Finding(("min",), f"min must not be above max ({self.max})", "lower min")


class NodePool(Model):
    """A pool of equal nodes: either a fixed `count` or `autoScale`."""

    size: DropletSize
    """Droplet size slug, for example `s-2vcpu-4gb`. Changing the default pool's size replaces the cluster.
    Another pool's is part of its name in the account: the new pool is made before the old one goes."""
    count: int | None = Field(default=None, ge=1, le=512)
    """Nodes of a pool of fixed size."""
    auto_scale: AutoScale | None = None
    labels: dict[NodeLabelKey, LabelValue] = Field(default_factory=dict)
    """Labels of the pool's nodes, beside `network.webgrip.nl/pool`, which has the pool's name."""
    taints: tuple[Taint, ...] = ()
    """What pods must tolerate to run there."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.count is not None and self.auto_scale is not None:
            yield Finding(
                ("count",),
                "count and autoScale fight: each `up` would undo the autoscaler's work",
                "remove count",
            )
        if self.count is None and self.auto_scale is None:
            yield Finding(
                (),
                "a pool needs either count or autoScale",
                "add `count: 2` or autoScale",
            )
        if POOL_LABEL in self.labels:
            yield Finding(
                ("labels", POOL_LABEL),
                "the program gives this label to every pool, with the pool's name",
                "remove it",
            )
        yield from repeated("taints", self.taints)

    @property
    def fewest(self) -> int:
        """The number of nodes that the pool has at least."""
        return self.auto_scale.min if self.auto_scale else self.count or 0

    @property
    def most(self) -> int:
        """The number of nodes that the pool has at most."""
        return self.auto_scale.max if self.auto_scale else self.count or 0


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
    """When DigitalOcean may patch the cluster and replace nodes."""
    start_time: TimeOfDay = "02:00"
    """Start in UTC, `HH:MM`."""


class Cluster(Model):
    """The DOKS cluster."""

    version: KubernetesVersion
    """Full version slug such as `1.36.1-do.0`: a prefix would replace the cluster or update for ever.
    It can only rise: one below the version that the cluster has is refused."""
    ha: bool
    """Highly available control plane; cannot be switched off later."""
    pod_range: PodRange = IPv4Network("10.244.0.0/16")
    """Pod addresses; changing it replaces the cluster."""
    service_range: ServiceRange = IPv4Network("10.96.0.0/12")
    """Service addresses; changing it replaces the cluster."""
    cni: Literal["cilium", "generic"] = DEFAULT_CNI
    """Whose policies are generated: DOKS runs Cilium; `generic` is plain NetworkPolicy."""
    api_server_ranges: tuple[Range, ...] = ()
    """Where pods find the API server behind its Service (`kubectl get endpointslices kubernetes`). For
    `cni: generic` only, which otherwise allows any address but those of pods on the API server's ports."""
    auto_upgrade: bool = False
    """Let DigitalOcean apply patch versions in the maintenance window; the program then ignores `version`."""
    surge_upgrade: bool = True
    """Make new nodes before old ones go when the cluster is upgraded. On for every cluster: the provider
    cannot switch it off."""
    maintenance: Maintenance | None = None
    api_allowed_ranges: tuple[Range, ...]
    """Source ranges that may reach the Kubernetes API (ADM-1). Empty switches its firewall off: then
    everybody reaches the API, and only credentials protect it. Production refuses that."""
    node_pools: dict[Name, NodePool] = Field(
        examples=[{"default": {"size": "s-2vcpu-4gb", "count": 2}}], min_length=1
    )
    """Pools by name. The pool named `default` is part of the cluster and must exist.
    Choose the nodes of one by `network.webgrip.nl/pool`, its name here, or by labels of your own:
    DigitalOcean's label has the pool's size as well."""
    destroy_associated_resources: bool = False
    """On `destroy`, also remove load balancers and volumes made through the Kubernetes API."""
    kubeconfig_expire_seconds: int = Field(default=0, ge=0)
    """Life of the tokens that the kubeconfig's users are given, in seconds; 0 is DigitalOcean's default of
    seven days. Whoever uses the kubeconfig is given the next one when one ends."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from self._upgrade_findings()
        yield from self._default_pool_findings()
        yield from self._pool_name_findings()
        yield from repeated("apiAllowedRanges", self.api_allowed_ranges)
        yield from repeated("apiServerRanges", self.api_server_ranges)
        if self.api_server_ranges and self.cni == "cilium":
            yield Finding(
                ("apiServerRanges",),
                "Cilium knows the API server by its identity, whatever its address",
                "remove apiServerRanges",
            )
        if 0 < self.kubeconfig_expire_seconds < 3600:
            yield Finding(
                ("kubeconfigExpireSeconds",),
                "so short a life makes a further token in the account at nearly every command",
                "set 0 (seven days) or at least 3600",
            )

    def _upgrade_findings(self) -> Iterator[Finding]:
        if self.maintenance and not self.auto_upgrade:
            yield Finding(
                ("maintenance",),
                "a maintenance window has no effect without autoUpgrade",
                "set `autoUpgrade: true`, or remove maintenance",
            )
        if self.auto_upgrade and not self.maintenance:
            yield Finding(
                ("autoUpgrade",),
                "autoUpgrade without a window upgrades at any hour",
                "add maintenance with day and startTime",
            )

    def _pool_name_findings(self) -> Iterator[Finding]:
        for name, pool in self.node_pools.items():
            longest = LONGEST_POOL_NAME - len(pool.size) - 1
            if name != DEFAULT_POOL and len(name) > longest:
                yield Finding(
                    ("nodePools", name),
                    "with the size in them the names of its nodes are longer than 63 characters",
                    f"shorten it to {longest} characters",
                )

    def _default_pool_findings(self) -> Iterator[Finding]:
        pool = self.node_pools.get(DEFAULT_POOL)
        if pool is None:
            yield Finding(
                ("nodePools",),
                f"one pool must be named `{DEFAULT_POOL}`: it is part of the cluster",
                f"rename a pool to `{DEFAULT_POOL}`",
            )
            return
        here = ("nodePools", DEFAULT_POOL)
        if pool.auto_scale is not None and pool.auto_scale.min < 1:
            yield Finding(
                (*here, "autoScale", "min"),
                "the default pool runs CoreDNS and the platform: it needs a node at any time",
                "set min to 1 or more",
            )
        for index, taint in enumerate(pool.taints):
            if taint.effect != "PreferNoSchedule":
                yield Finding(
                    (*here, "taints", index),
                    "the default pool runs CoreDNS and the platform, which tolerate no taint",
                    "put the taint on another pool",
                )

    @property
    def fewest_nodes(self) -> int:
        """Nodes of all pools together, at least."""
        return sum(pool.fewest for pool in self.node_pools.values())

    @property
    def most_nodes(self) -> int:
        """Nodes of all pools together, at most."""
        return sum(pool.most for pool in self.node_pools.values())
