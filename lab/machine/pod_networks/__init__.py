"""What gives pods their addresses and enforces policies: Cilium as on DOKS, or plain plugins."""

from collections.abc import Mapping

from lab.machine.pod_networks.cilium import Cilium
from lab.machine.pod_networks.generic import Generic
from lab.machine.pod_networks.network import PodNetwork

POD_NETWORKS: Mapping[str, PodNetwork] = {each.name: each for each in (Cilium(), Generic())}
"""By the word that a stack's `cluster.cni` has for it."""

__all__ = ["POD_NETWORKS", "PodNetwork"]
