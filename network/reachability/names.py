"""What peers are called where a person reads them, and where two versions are compared by name."""

from network.reachability.addresses import AddressSet
from network.reachability.classes import PeerClass
from network.reachability.model import Cluster


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
