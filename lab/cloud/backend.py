"""The machines behind the simulated Kubernetes service: what a cluster of the account means as nodes."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import count
from typing import Protocol

from lab.cloud.state import Account, Json, Kind
from lab.machine.spec import ClusterSpec, NodeSpec

Report = Callable[[str], None]
"""Receives one sentence of progress at a time."""

FIRST_CONTROL_PLANE = 2
"""Position in the VPC of the first cluster's API server; the router has position 1."""

FIRST_NODE = 11
"""Position in the VPC of its first node."""


class ClusterBackend(Protocol):
    """Boots real clusters. Calls for one cluster never overlap; each may raise and be tried again."""

    def boot(self, spec: ClusterSpec, report: Report) -> None:
        """Bring a cluster up, from nothing or from what an earlier, killed run left."""
        ...

    def scale(self, spec: ClusterSpec, report: Report) -> None:
        """Add and remove nodes of a running cluster until it has those of `spec`."""
        ...

    def delete(self, spec: ClusterSpec) -> None:
        """Remove a cluster, running or not."""
        ...

    def kubeconfig(self, cluster: str) -> str:
        """An administrator's kubeconfig (YAML) of a running cluster."""
        ...


def spec_of(account: Account, cluster: Json, dns: IPv4Address) -> ClusterSpec:
    """The cluster as it shall run. `dns`: the resolver its own DNS forwards to."""
    vpc = IPv4Network(account.get(Kind.VPC, cluster["vpc_uuid"])["ip_range"])
    machines = cluster["machines"]
    return ClusterSpec(
        id=cluster["id"],
        name=cluster["name"],
        version=cluster["version"],
        vpc=vpc,
        pods=IPv4Network(cluster["cluster_subnet"]),
        services=IPv4Network(cluster["service_subnet"]),
        router=vpc[1],
        control_plane=IPv4Address(machines["control_plane"]),
        nodes=tuple(_nodes(cluster)),
        dns=dns,
    )


def _nodes(cluster: Json) -> Iterator[NodeSpec]:
    for pool in cluster["node_pools"]:
        for node in pool["nodes"]:
            address = cluster["machines"]["nodes"].get(node["name"])
            if address is not None:
                yield NodeSpec(
                    name=node["name"],
                    address=IPv4Address(address),
                    labels=_labels(cluster, pool, node),
                    taints=[_taint(taint) for taint in pool["taints"]],
                )


def _labels(cluster: Json, pool: Json, node: Json) -> dict[str, str]:
    """The labels that DOKS gives to every node, and those of the pool."""
    return {
        "doks.digitalocean.com/node-id": node["id"],
        "doks.digitalocean.com/node-pool": pool["name"],
        "doks.digitalocean.com/node-pool-id": pool["id"],
        "doks.digitalocean.com/version": cluster["version"],
        "node.kubernetes.io/instance-type": pool["size"],
        "topology.kubernetes.io/region": cluster["region"],
        **pool["labels"],
    }


def _taint(taint: Json) -> str:
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint['key']}{value}:{taint['effect']}"


def place(account: Account, cluster: Json, largest: int) -> None:
    """Decide which nodes of a cluster are real, and give them and the API server addresses.

    A cluster asks for more nodes than one machine can run; at most `largest` are. Nodes keep what they
    were given for as long as they exist; the places of nodes that are gone go to the next ones.
    """
    vpc = IPv4Network(account.get(Kind.VPC, cluster["vpc_uuid"])["ip_range"])
    others = [
        other["machines"]
        for other in account.all(Kind.CLUSTER)
        if other["vpc_uuid"] == cluster["vpc_uuid"] and other["id"] != cluster["id"]
    ]
    machines = cluster.setdefault("machines", {"nodes": {}})
    if "control_plane" not in machines:
        taken = {other["control_plane"] for other in others}
        machines["control_plane"] = _free(vpc, FIRST_CONTROL_PLANE, taken)
    wanted = [node["name"] for pool in cluster["node_pools"] for node in pool["nodes"]]
    nodes = {name: address for name, address in machines["nodes"].items() if name in wanted}
    taken = {address for other in others for address in other["nodes"].values()}
    for name in wanted:
        if len(nodes) < largest and name not in nodes:
            nodes[name] = _free(vpc, FIRST_NODE, taken | set(nodes.values()))
    machines["nodes"] = nodes


def _free(vpc: IPv4Network, first: int, taken: set[str]) -> str:
    return next(address for each in count(first) if (address := str(vpc[each])) not in taken)
