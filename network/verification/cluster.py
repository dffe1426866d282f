"""The cluster in the account: that kubectl speaks to it, and that it is as it was asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Protocol

from network.live.cluster import Object
from network.live.finding import CannotLookError, Finding
from network.live.parallel import Seen
from network.plan import Plan
from network.verification.reading import CLUSTERS, SERVER, Objects, Reading
from network.verification.row import Behind, Check, Judged, Look, both, derived, listed, switched

CLUSTER = Check(
    "cluster",
    "one cluster of the stack's name is in the account, and runs",
    CLUSTERS,
    "none: `pulumi up` makes it. Several: compare their ids with `pulumi stack output clusterId`",
)
REACHED = Check(
    "cluster-reached",
    "kubectl speaks to that cluster, by the server of its kubeconfig or by the pools of its nodes",
    SERVER,
    "take the stack's kubeconfig: `pulumi stack output kubeconfig > kubeconfig.yaml`, and KUBECONFIG",
)
_ANOTHER = "write what it has, or make another cluster: docs/runbooks/another-cluster.md"
REGION = Check("cluster-region", "it is in the region of the environment", CLUSTERS, _ANOTHER)
VPC = Check("cluster-vpc", "its nodes are in the stack's VPC", CLUSTERS, _ANOTHER)
PODS = Check("cluster-pod-range", "its range of pods is the planned one", CLUSTERS, _ANOTHER)
SERVICES = Check("cluster-service-range", "its range of Services is the planned one", CLUSTERS, _ANOTHER)
HA = Check(
    "cluster-ha",
    "its control plane is highly available, or not, as planned",
    CLUSTERS,
    "`pulumi up` switches it on; it is never switched off again",
)
FIREWALL = Check(
    "cluster-api-firewall",
    "the API server's firewall lets in whom the stack file names and nobody else",
    CLUSTERS,
    "`pulumi up` sets it again; find out who changed it",
)
UPGRADES = Check(
    "cluster-upgrades",
    "upgrades come as planned: by themselves or not, with nodes to spare, and in which window",
    CLUSTERS,
    "`pulumi up` sets it again",
)
TAGS = Check(
    "cluster-tags", "it has the stack's tags, by which invoices and firewalls know it", CLUSTERS,
    "`pulumi up` sets them again",
)  # fmt: skip
CHECKS = (CLUSTER, REACHED, REGION, VPC, PODS, SERVICES, HA, FIREWALL, UPGRADES, TAGS)


class Looked(Protocol):
    """What tells which cluster is the stack's, and whether kubectl speaks to it."""

    @property
    def server(self) -> Seen[str]:
        """URL of the API server that kubectl speaks to."""
        ...

    @property
    def nodes(self) -> Seen[Objects]:
        """Nodes of the cluster that it speaks to."""
        ...

    @property
    def clusters(self) -> Seen[Objects]:
        """All of the account."""
        ...


@dataclass(frozen=True)
class Own:
    """The stack's cluster in the account."""

    name: str
    cluster: Look[Object]
    reached: bool | None
    """Whether kubectl speaks to it; None where that is not known."""

    def inside(self, seen: Look[Any]) -> Look[Any]:
        """Return what was read by kubectl, unless that was another cluster's."""
        return Behind("kubectl speaks to another cluster") if self.reached is False else seen


def own(plan: Plan, reading: Looked) -> Own:
    """Return the stack's cluster, as the account has it."""
    name = plan.cluster.cluster.name
    found = the_one(reading.clusters, name, "cluster")
    return Own(name, found, _is_reached(found, reading))


def the_one(seen: Look[Objects], name: str, what: str) -> Look[Object]:
    """Return the one object of a name."""

    def pick(objects: Objects) -> Object | Behind:
        found = [each for each in objects if each["name"] == name]
        if len(found) == 1:
            return found[0]
        return Behind(f"{len(found)} {what}s are called {name}" if found else f"there is no {what} {name}")

    return derived(seen, pick)


def _is_reached(cluster: Look[Object], reading: Looked) -> bool | None:
    same = derived(both(cluster, reading.server), lambda pair: _same_server(*pair))
    if same is not False:
        return True if same is True else None
    # Through a VPN or a port-forward the server has another name: nodes tell whose they are.
    ours = derived(both(cluster, reading.nodes), lambda pair: bool(_pools_of(pair[0]) & _of_nodes(pair[1])))
    return ours if isinstance(ours, bool) else None


def _same_server(cluster: Object, server: str) -> bool:
    return _server(cluster.get("endpoint") or "") == _server(server)


def _server(url: str) -> str:
    return url.rstrip("/").removesuffix(":443").lower()


def _pools_of(cluster: Object) -> set[str]:
    return {pool["id"] for pool in cluster["node_pools"]}


def _of_nodes(nodes: Objects) -> set[str]:
    """Return the pools whose nodes these are."""
    labels = ((node["metadata"].get("labels") or {}) for node in nodes)
    return {each.get("doks.digitalocean.com/node-pool-id", "") for each in labels}


def findings(plan: Plan, reading: Reading, it: Own, vpc: Look[Object]) -> Iterator[Finding]:
    """Yield the rows of the cluster; `vpc` is the stack's."""
    asked = plan.cluster.cluster.arguments
    subject = f"cluster {it.name}"
    yield runs(it, reading)
    yield reached(it, reading)
    yield REGION.row(subject, asked["region"], "environment.region").equal(
        it.cluster, lambda cluster: cluster["region"]
    )
    yield VPC.row(subject, f"in VPC {plan.external.vpc.name}", "external.vpc.ipRange").judge(
        both(it.cluster, vpc),
        lambda pair: Judged(
            f"in VPC {pair[1]['name'] if pair[0]['vpc_uuid'] == pair[1]['id'] else pair[0]['vpc_uuid']}",
            pair[0]["vpc_uuid"] == pair[1]["id"],
        ),
    )
    for check, argument, key in (
        (PODS, "cluster_subnet", "cluster.podRange"),
        (SERVICES, "service_subnet", "cluster.serviceRange"),
    ):
        yield check.row(subject, asked[argument], key).equal(
            it.cluster, lambda cluster, argument=argument: cluster[argument]
        )
    yield HA.row(subject, switched(asked["ha"]), "cluster.ha").equal(
        it.cluster, lambda cluster: switched(cluster["ha"])
    )
    yield FIREWALL.row(subject, _firewall(asked["control_plane_firewall"]), "cluster.apiAllowedRanges").equal(
        it.cluster, lambda cluster: _firewall(cluster.get("control_plane_firewall"))
    )
    yield UPGRADES.row(subject, _upgrades(asked, asked), "cluster.autoUpgrade").equal(
        it.cluster, lambda cluster: _upgrades(cluster, asked)
    )
    yield TAGS.row(subject, listed(sorted(asked["tags"])), "environment.name").equal(
        it.cluster, lambda cluster: listed(sorted(set(cluster["tags"]) & set(asked["tags"])))
    )


def runs(it: Own, reading: Looked) -> Finding:
    """Return whether the stack's cluster is there, and runs."""
    return CLUSTER.row(f"cluster {it.name}", "one, running", "environment.name").judge(
        reading.clusters, lambda clusters: _exists(clusters, it.name)
    )


def _exists(clusters: Objects, name: str) -> Judged:
    found = [each for each in clusters if each["name"] == name]
    if len(found) != 1:
        return Judged(f"{len(found)} of this name" if found else "none of this name", False)
    state, message = found[0]["status"]["state"], found[0]["status"].get("message") or ""
    told = f"one, {state}{f' ({message})' if message else ''}, id {found[0]['id']}"
    return Judged(told, state == "running", "wait while it is being changed; else ask DigitalOcean why")


def reached(it: Own, reading: Looked) -> Finding:
    """Return whether kubectl speaks to the stack's cluster."""
    row = REACHED.row("kubectl", f"speaks to cluster {it.name}")

    def judged(pair: tuple[Object, str]) -> Judged:
        cluster, server = pair
        if _same_server(cluster, server):
            return Judged(f"{server}, which is its endpoint", True)
        if it.reached:
            return Judged(f"{server}; the nodes there are of its pools", True)
        return Judged(f"{server}, while its endpoint is {cluster.get('endpoint') or 'unknown'}", False)

    look = both(it.cluster, reading.server)
    if it.reached is None and not isinstance(look, CannotLookError | Behind):
        return row.judge(reading.nodes, lambda _: Judged(f"{look[1]}, and its nodes tell nothing", False))
    return row.judge(look, judged)


def _firewall(block: Mapping[str, Any] | None) -> str:
    """Return whom a firewall of the API server lets in."""
    if not block or not block.get("enabled"):
        return "off: everybody"
    ranges = {ip_network(each, strict=False) for each in block.get("allowed_addresses") or ()}
    return listed(sorted(map(str, ranges)), "nobody")


def _upgrades(cluster: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """Return how upgrades come; the window counts where one is planned."""
    parts = [
        f"by themselves: {switched(cluster['auto_upgrade'])}",
        f"surge: {switched(cluster['surge_upgrade'])}",
    ]
    if "maintenance_policy" in asked:
        window = cluster.get("maintenance_policy") or {}
        parts.append(f"{window.get('day', 'no day')} {window.get('start_time', '')}".strip())
    return listed(parts)
