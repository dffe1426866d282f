"""What an interrupted run left in the account that Pulumi's state does not know, and how to take it in.

A call that was cut off may have succeeded: the object then exists, costs money, and keeps its name, so
that the next `up` is refused. `pulumi import` brings it under the program's control again.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lab.cloud.state import Kind

Json = Mapping[str, Any]


@dataclass(frozen=True)
class _Adoptable:
    """How objects of one collection of the account are known to Pulumi."""

    kind: Kind
    token: str
    parent: str
    """Type token of the component that declares it."""
    name: str
    """Its name in the program."""


_ADOPTABLE = (
    _Adoptable(Kind.VPC, "digitalocean:index/vpc:Vpc", "webgrip:external:Network", "network"),
    _Adoptable(Kind.DOMAIN, "digitalocean:index/domain:Domain", "webgrip:external:Network", "network"),
    _Adoptable(
        Kind.CLUSTER,
        "digitalocean:index/kubernetesCluster:KubernetesCluster",
        "webgrip:cluster:Cluster",
        "cluster",
    ),
    _Adoptable(
        Kind.FIREWALL,
        "digitalocean:index/firewall:Firewall",
        "webgrip:external:NodeFirewall",
        "firewall",
    ),
)


def import_commands(export: Json, account: Mapping[Kind, Mapping[str, Json]]) -> Iterator[str]:
    """The commands that bring what the state lacks under control.

    `export` is what `pulumi stack export` prints, `account` the account's objects by kind and id.
    A region's default VPC belongs to the account, not to a stack.
    """
    resources: list[Json] = export["deployment"].get("resources") or []
    known = {(each["type"], each.get("id")) for each in resources}
    for adoptable in _ADOPTABLE:
        parents = [each["urn"] for each in resources if each["type"] == adoptable.parent]
        for identity, each in account.get(adoptable.kind, {}).items():
            if each.get("default") or (adoptable.token, identity) in known or not parents:
                continue
            yield (
                "pulumi import --yes --skip-preview --generate-code=false --protect=false "
                f"--parent {shlex.quote(f'parent={parents[0]}')} "
                f"{adoptable.token} {adoptable.name} {identity}"
            )
