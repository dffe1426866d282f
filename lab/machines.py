"""The clusters of the simulated cloud as real clusters on this machine."""

import threading
from collections.abc import Mapping
from pathlib import Path

from lab.cloud.backend import Report
from lab.machine.cluster import Cluster
from lab.machine.spec import ClusterSpec, MachineError


class Machines:
    """Boots what the account asks for (`lab.cloud.backend.ClusterBackend`); one folder per cluster."""

    def __init__(
        self, folder: Path, parts: Mapping[str, Path], images: Mapping[str, Path]
    ) -> None:
        self._folder = folder
        self._parts = parts
        self._images = images
        self._lock = threading.Lock()
        self._clusters: dict[str, Cluster] = {}

    def boot(self, spec: ClusterSpec, report: Report) -> None:
        """Bring a cluster up, from nothing or from what an earlier, killed run left."""
        self._cluster(spec).start(report)

    def scale(self, spec: ClusterSpec, report: Report) -> None:
        """Add and remove nodes of a running cluster until it has those of `spec`."""
        cluster = self._cluster(spec)
        wanted = {node.name: node for node in spec.nodes}
        for name in cluster.nodes.keys() - wanted.keys():
            report(f"Node {name} leaves {spec.name}")
            cluster.remove_node(name)
        for name in wanted.keys() - cluster.nodes.keys():
            cluster.add_node(wanted[name], report)

    def delete(self, spec: ClusterSpec) -> None:
        """Remove a cluster, running or not."""
        self._cluster(spec).delete()
        with self._lock:
            self._clusters.pop(spec.id, None)

    def kubeconfig(self, cluster: str) -> str:
        """An administrator's kubeconfig (YAML) of a running cluster."""
        if cluster not in self._clusters:
            raise MachineError(f"cluster {cluster} does not run")
        return self._clusters[cluster].kubeconfig

    def stop(self) -> None:
        """End every cluster's processes; their state stays for the next start."""
        for cluster in list(self._clusters.values()):
            cluster.stop()

    def _cluster(self, spec: ClusterSpec) -> Cluster:
        with self._lock:
            if spec.id not in self._clusters:
                folder = self._folder / spec.id
                self._clusters[spec.id] = Cluster(spec, folder, self._parts, self._images)
            return self._clusters[spec.id]
