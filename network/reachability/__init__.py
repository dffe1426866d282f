"""Who reaches whom under a cluster's policies: computed, never tried.

`analyse` takes a `Cluster` (see `network.reachability.read`) and gives a `Reachability`.
"""

from network.reachability.analysis import Reachability, Row, analyse
from network.reachability.classes import PeerClass, Semantics
from network.reachability.model import Cluster, Namespace, Policy, Service, Workload
from network.reachability.ports import PortSet

__all__ = [
    "Cluster",
    "Namespace",
    "PeerClass",
    "Policy",
    "PortSet",
    "Reachability",
    "Row",
    "Semantics",
    "Service",
    "Workload",
    "analyse",
]
