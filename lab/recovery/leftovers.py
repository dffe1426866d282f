"""What an interrupted run left that Pulumi's state does not know, and how to go on from there.

A call that was cut off may have succeeded: the object then exists, costs money, and keeps its name, so
that the next `up` is refused. `pulumi import` brings it under the program's control again. A cluster that
did not come to run is not worth that: it has to go.

Helm keeps each revision of a release in a Secret. That of an install which was cut off keeps the
release's name ("cannot re-use a name that is still in use"), that of an upgrade keeps off every other
operation ("another operation is in progress"). Without it Helm goes on: the objects are marked as the
release's own, and an install takes them over.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.cloud.state import Account, Kind
from network.config.cluster import DEFAULT_POOL
from network.config.zones import DeclaredZone, named
from network.plan.external import record_key
from network.plan.model.kubernetes import UNFINISHED

Json = Mapping[str, Any]


_CLUSTERS = "kubernetes/clusters"


@dataclass(frozen=True)
class _Object:
    """Something in the account, as the program and Pulumi know it."""

    token: str
    parent: str
    """Type token of the component that declares it, without the namespace."""
    name: str
    """Its name in the program."""
    id: str
    """In the state."""
    path: str
    """At the API."""
    import_id: str = ""
    """What `pulumi import` takes, where that is not the id."""
    broken: bool = False
    """It exists, and will never work."""


_RELEASE = "kubernetes:helm.sh/v3:Release"


def account_commands(export: Json, account: Account, zones: Sequence[DeclaredZone]) -> Iterator[str]:
    """The commands that bring what the state lacks under control, or remove what cannot be.

    `export` is what `pulumi stack export` prints, `zones` are the stack's. A region's default VPC belongs to
    the account, not to a stack. What the state knows under the same name is there twice: the API takes
    records and firewalls again when an answer was lost.
    """
    deployment = export["deployment"]
    resources: list[Json] = deployment.get("resources") or []
    known = {(each["type"], each.get("id")) for each in resources}
    names = {(each["type"], each["urn"].rpartition("::")[2]) for each in resources}
    parents = {each["type"]: each["urn"] for each in resources}
    keys = {zone.name: zone.key for zone in zones}
    for each in _objects(account, keys):
        parent = parents.get(f"webgrip:{each.parent}")
        if each.broken:
            yield _delete(f"{each.path}/destroy_with_associated_resources/dangerous")
        elif (each.token, each.id) in known or parent is None:
            continue
        elif (each.token, each.name) in names:
            yield _delete(each.path)
        else:
            yield (
                "pulumi import --yes --skip-preview --generate-code=false --protect=false "
                f"--parent {shlex.quote(f'parent={parent}')} "
                f"{each.token} {each.name} {each.import_id or each.id}"
            )
    pending: list[Json] = deployment.get("pending_operations") or []
    if any(each["type"] == "creating" for each in pending):
        yield "pulumi refresh --yes --skip-preview --clear-pending-creates"


def _delete(path: str) -> str:
    return (
        'curl --fail --silent --show-error --request DELETE --oauth2-bearer "$DIGITALOCEAN_TOKEN" '
        f"https://api.digitalocean.com/v2/{path}"
    )


def _objects(account: Account, keys: Mapping[str, str]) -> Iterator[_Object]:
    """Everything that the program may have made, in the order in which it can be imported; `keys` are the
    names of the stack's zones in its file."""
    for vpc in account.all(Kind.VPC):
        if not vpc["default"]:
            yield _Object(
                "digitalocean:index/vpc:Vpc", "external:Network", "network", vpc["id"], f"vpcs/{vpc['id']}"
            )
    for zone in account.all(Kind.DOMAIN):
        token = "digitalocean:index/domain:Domain"
        if zone["name"] in keys:
            name = named("network", keys[zone["name"]])
            yield _Object(token, "external:Network", name, zone["name"], f"domains/{zone['name']}")
    for cluster in account.all(Kind.CLUSTER):
        yield from _cluster(cluster)
    for firewall in account.all(Kind.FIREWALL):
        token = "digitalocean:index/firewall:Firewall"
        path = f"firewalls/{firewall['id']}"
        yield _Object(token, "external:NodeFirewall", "firewall", firewall["id"], path)
    for record in account.all(Kind.RECORD):
        if record["zone"] in keys:
            yield from _record(record, keys[record["zone"]])


def _cluster(cluster: Json) -> Iterator[_Object]:
    """A cluster that runs, with its pools but the default one, which is a part of it; or a broken one."""
    path, state = f"{_CLUSTERS}/{cluster['id']}", cluster["status"]["state"]
    token = "digitalocean:index/kubernetesCluster:KubernetesCluster"
    if state in ("running", "degraded", "error"):
        yield _Object(token, "cluster:Cluster", "cluster", cluster["id"], path, broken=state == "error")
    if state in ("running", "degraded"):
        token = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
        for pool in cluster["node_pools"]:
            if pool["name"] != DEFAULT_POOL:
                # The size stands behind the name (`network.plan.cluster.pool_name`).
                name = pool["name"].removesuffix(f"-{pool['size'].replace('_', '-')}")
                place = f"{path}/node_pools/{pool['id']}"
                yield _Object(token, "cluster:Cluster", f"cluster-{name}", pool["id"], place)


def _record(record: Json, zone_key: str) -> Iterator[_Object]:
    """A record, if it is of a kind that the program makes (`network.plan.external`)."""
    match record["type"]:
        case "A" | "AAAA" as kind:
            key = {"@": "apex", "*": "wildcard"}.get(record["name"], f"host-{record['name']}")
            key += "-ipv6" if kind == "AAAA" else ""
        case "CAA":
            key = f"caa-{record['tag']}"
        case _:
            return
    identity, zone = str(record["id"]), record["zone"]
    yield _Object(
        "digitalocean:index/dnsRecord:DnsRecord",
        "external:Records",
        f"records-{record_key(zone_key, key)}",
        identity,
        f"domains/{zone}/records/{identity}",
        import_id=f"{zone},{identity}",
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
        elif labels["status"] in UNFINISHED:
            selectors.add((namespace, f"{selector},status={labels['status']}"))
    for namespace, selector in sorted(selectors):
        yield f"kubectl delete secrets --namespace {namespace} --selector {selector}"
