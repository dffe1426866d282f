"""Which changes of an input replace a resource, and what goes with it.

From the provider's schema (`willReplaceOnChanges`), held against it by a contract test, and from what its
plugin was measured to do beyond that. `pulumi preview` is the authority; this table is what a reviewer has
without credentials.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from network.review.differences import Path, differences, dotted
from network.review.document import Document
from network.review.markdown import ABSENT

REPLACES: Mapping[str, frozenset[str]] = {
    "Vpc": frozenset({"ipRange", "region"}),
    "KubernetesCluster": frozenset(
        {
            "clusterSubnet",
            "isolatedWorkers",
            "nodePool.size",
            "region",
            "serviceSubnet",
            "vpcUuid",
            "workerSubnetUuid",
        }
    ),
    "KubernetesNodePool": frozenset({"clusterId", "size"}),
    "Domain": frozenset({"ipAddress", "name"}),
    "DnsRecord": frozenset({"domain", "type"}),
    "Firewall": frozenset[str](),
    "Droplet": frozenset(
        {
            "dropletAgent",
            "image",
            "monitoring",
            "publicNetworking",
            "region",
            "sshKeys",
            "userData",
            "vpcUuid",
        }
    ),
    "ReservedIp": frozenset({"region"}),
    "ReservedIpAssignment": frozenset({"dropletId", "ipAddress"}),
    "Tag": frozenset({"name"}),
    "VpcPeering": frozenset({"vpcIds"}),
    "VpcNatGateway": frozenset({"vpcs.subnetUuid", "vpcs.vpcUuid"}),
    "SpacesBucket": frozenset({"name", "region"}),
    "SpacesBucketPolicy": frozenset({"bucket", "region"}),
    "SpacesBucketCorsConfiguration": frozenset({"bucket", "region"}),
    "SpacesKey": frozenset[str](),
    "Cdn": frozenset({"origin"}),
    "Certificate": frozenset(
        {"certificateChain", "domains", "leafCertificate", "name", "privateKey", "type"}
    ),
    "UptimeCheck": frozenset[str](),
    "UptimeAlert": frozenset[str](),
    "MonitorAlert": frozenset[str](),
}
"""Inputs of DigitalOcean's resources whose change replaces them."""

MEASURED = {
    "KubernetesCluster": frozenset({"isolatedWorkers"}),
    # Asked for by the program: the plugin renames nothing.
    "SpacesBucket": frozenset({"name"}),
    "SpacesBucketCorsConfiguration": frozenset({"bucket"}),
}
"""Of those, what the plugin does or the program asks for, and the schema does not say."""

KEPT = {
    "KubernetesCluster": frozenset(
        {"maintenancePolicy", "ha", "clusterSubnet", "serviceSubnet", "vpcUuid", "routingAgent"}
    ),
    "DnsRecord": frozenset({"ttl"}),
}
"""Inputs that are computed as well: taken out of the program they stay as they are."""

CONTAINS = {
    "Vpc": ("KubernetesCluster", "VpcPeering", "VpcNatGateway", "Droplet"),
    "KubernetesCluster": ("KubernetesNodePool",),
    "Domain": ("DnsRecord",),
    "Droplet": ("ReservedIpAssignment",),
}
"""What is replaced together with a resource, since an input of it is its id."""

OBJECT_REPLACES: Mapping[str, tuple[str, ...]] = {
    "ClusterRoleBinding": ("roleRef",),
    "RoleBinding": ("roleRef",),
    "Secret": ("type",),
    "Service": ("spec.clusterIP",),
    "ResourceQuota": ("spec.scopes",),
}
"""Fields of Kubernetes objects that cannot be changed in place, for the kinds that the platform makes."""

RELEASE_REPLACES = ("name", "namespace")
"""Fields of a Helm release that cannot be changed in place."""


@dataclass(frozen=True)
class Change:
    """One input of a resource that differs."""

    path: Path
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """The input as Pulumi shows it."""
        return dotted(self.path)


def changes(before: Document, after: Document) -> Iterator[Change]:
    """Yield the inputs of a resource that differ and that the engine does not ignore."""
    ignored = set(after.get("ignoreChanges", ()))
    for path, old, new in differences(before["inputs"], after["inputs"]):
        if path[0] not in ignored:
            yield Change(path, old, new)


def replaces(type_name: str, change: Change) -> bool:
    """Say whether the change of this input replaces the resource."""
    if stays(type_name, change):
        return False
    return any(_within(change.name, name) for name in REPLACES.get(type_name, ()))


def stays(type_name: str, change: Change) -> bool:
    """Say whether the input is only taken out of the program, which changes nothing in the cloud."""
    return change.after is ABSENT and change.path[0] in KEPT.get(type_name, ())


def object_replaces(kind: str, change: Change) -> bool:
    """Say whether the change of this field replaces the Kubernetes object."""
    return any(_within(change.name, name) for name in OBJECT_REPLACES.get(kind, ()))


def _within(name: str, watched: str) -> bool:
    return name == watched or name.startswith(f"{watched}.") or watched.startswith(f"{name}.")


def lowers_version(type_name: str, change: Change) -> bool:
    """Say whether a cluster's version goes down: the program refuses that where the cluster has the higher
    one (`network.plan.cluster.version`); the provider would replace it."""
    return (
        type_name == "KubernetesCluster"
        and change.name == "version"
        and is_lower(change.after, change.before)
    )


def is_lower(version: Any, than: Any) -> bool:
    """Compare versions such as 1.36.1-do.0 and v3.7.15 by their numbers; others are not comparable."""
    mine, other = numbers(version), numbers(than)
    return bool(mine and other and mine < other)


def numbers(version: Any) -> tuple[int, ...]:
    """Return the numbers of a version, without the build of DigitalOcean's own; () for any other text."""
    main = str(version).removeprefix("v").partition("+")[0]
    parts = main.replace("-do.", ".").partition("-")[0].split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
