"""The DOKS cluster, its node pools and the Kubernetes provider (NET-1, ADM-1)."""

from network.components.cluster.cluster import Cluster, ClusterArgs

__all__ = ["Cluster", "ClusterArgs"]
