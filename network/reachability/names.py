"""What peers are called where a person reads them, and where two versions are compared by name."""

from collections.abc import Iterable
from dataclasses import dataclass

from network.reachability.addresses import AddressSet
from network.reachability.classes import PeerClass
from network.reachability.model import Cluster, Workload

OTHERS = "any other pod"
"""Stands in each namespace of a plan for pods that nobody declared: the default deny is about them too."""
_SHOWN = 2
"""Addresses of a workload that are shown with its name."""


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A peer as it is told: alone, by kind, name and addresses."""

    text: str
    """Its name with as much of the rest as tells it from others."""
    kind: str
    """Of a workload that of its object; else what kind of peer it is."""
    name: str
    addresses: tuple[str, ...]

    def __str__(self) -> str:
        return self.text


def parts(peers: Iterable[PeerClass], cluster: Cluster) -> list[Named]:
    """Return every workload and whatever else is in the classes, each by itself and once."""
    found: dict[Named, None] = {}
    for peer in peers:
        if peer.workloads:
            found |= dict.fromkeys(_workload(each, peer) for each in peer.workloads)
        else:
            name = name_of(peer, cluster)
            ranges = tuple(map(str, peer.addresses.networks())) if peer.kind == "addresses" else ()
            found[Named(name, peer.kind, name, ranges)] = None
    return sorted(found)


def _workload(workload: Workload, peer: PeerClass) -> Named:
    more = [workload.kind]
    if peer.kind == "host-network":
        more.append("on its node's network")
    # One pod may be in two classes, by its two addresses.
    more += workload.addresses[:_SHOWN]
    if len(workload.addresses) > _SHOWN:
        more.append("…")
    return Named(f"{workload} ({', '.join(more)})", workload.kind, str(workload), workload.addresses)


def name_of(peer: PeerClass, cluster: Cluster) -> str:
    """Return the name of a peer; addresses inside a range of the cluster's own are called by that range.

    Which parts of such a range are told apart says more of the policies than of the addresses.
    """
    return (range_name(peer.addresses, cluster) if peer.kind == "addresses" else None) or str(peer)


def range_name(addresses: AddressSet, cluster: Cluster) -> str | None:
    """Return the range of the cluster's own that addresses are in, None if they are in none."""
    own = {
        "addresses of the VPC": cluster.node_addresses,
        "addresses of pods": cluster.pod_addresses,
        "addresses of Services": cluster.service_addresses,
    }
    return next((name for name, network in own.items() if addresses <= network), None)
