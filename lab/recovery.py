"""What an interrupted run left that Pulumi's state does not know, and how to go on from there.

A call that was cut off may have succeeded: the object then exists, costs money, and keeps its name, so
that the next `up` is refused. `pulumi import` brings it under the program's control again.

Helm keeps each revision of a release in a Secret. That of an install which was cut off keeps the
release's name ("cannot re-use a name that is still in use"), that of an upgrade keeps off every other
operation ("another operation is in progress"). Without it Helm goes on: the objects are marked as the
release's own, and an install takes them over.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping
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


_RELEASE = "kubernetes:helm.sh/v3:Release"
_CUT_OFF = ("pending-upgrade", "pending-rollback")
"""Helm's words for a revision of an installed release that is under way."""


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


def release_commands(export: Json, revisions: Iterable[Json]) -> Iterator[str]:
    """The commands that drop the revisions for which Helm refuses to go on.

    `export` is what `pulumi stack export` prints, `revisions` the cluster's Secrets with the label
    `owner=helm`. Of a release that the state knows, the revisions that came to an end stay.
    """
    resources: list[Json] = export["deployment"].get("resources") or []
    known = {each.get("id") for each in resources if each["type"] == _RELEASE}
    selectors: set[tuple[str, str]] = set()
    for revision in revisions:
        namespace, labels = revision["metadata"]["namespace"], revision["metadata"]["labels"]
        selector = f"owner=helm,name={labels['name']}"
        if f"{namespace}/{labels['name']}" not in known:
            selectors.add((namespace, selector))
        elif labels["status"] in _CUT_OFF:
            selectors.add((namespace, f"{selector},status={labels['status']}"))
    for namespace, selector in sorted(selectors):
        yield f"kubectl delete secrets --namespace {namespace} --selector {selector}"
