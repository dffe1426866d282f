"""The clusters of the simulated service as real ones on this machine."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lab.cloud.backend import Report
from lab.machine.cluster import Cluster
from lab.machine.inputs import Parts
from lab.machine.pod_networks import PodNetwork
from lab.machine.spec import ClusterSpec


class Machines:
    """Boots each cluster in a folder of its own below `folder`; what is there is continued.

    `namespaces` names a file with the names (JSON) of namespaces that every cluster has: those of teams
    who were there before the platform. It may be missing. `authenticator` is the URL of
    `lab.cloud.authenticator`, which the API servers ask; `trust` is a file (PEM) of whom the clusters' pods
    trust, as everybody's pods trust Let's Encrypt.
    """

    def __init__(
        self,
        folder: Path,
        parts: Parts,
        images: Mapping[str, Path],
        namespaces: Path,
        pods: PodNetwork,
        authenticator: str,
        trust: Path,
    ) -> None:
        self._folder = folder
        self._parts = parts
        self._images = images
        self._namespaces = namespaces
        self._pods = pods
        self._authenticator = authenticator
        self._trust = trust
        self._clusters: dict[str, Cluster] = {}

    def boot(self, spec: ClusterSpec, report: Report) -> None:
        """Bring a cluster up, from nothing or from what an earlier, killed run left."""
        cluster = self._cluster(spec)
        cluster.start(report)
        names = json.loads(self._namespaces.read_text()) if self._namespaces.exists() else ()
        for name in names:
            cluster.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def scale(self, spec: ClusterSpec, report: Report) -> None:
        """Add and remove nodes until the cluster has those of `spec`."""
        cluster = self._cluster(spec)
        wanted = {node.name: node for node in spec.nodes}
        for name in cluster.nodes.keys() - wanted.keys():
            cluster.remove_node(name)
        for name in wanted.keys() - cluster.nodes.keys():
            cluster.add_node(wanted[name], report)

    def delete(self, spec: ClusterSpec) -> None:
        """End the cluster and forget its state."""
        self._cluster(spec).delete()
        del self._clusters[spec.id]

    def kubeconfig(self, cluster: str) -> str:
        """An administrator's kubeconfig of a running cluster."""
        return self._clusters[cluster].kubeconfig

    def stop(self) -> None:
        """End every cluster's processes; `boot` continues where they ended."""
        for cluster in list(self._clusters.values()):
            cluster.stop()

    def running(self) -> Mapping[str, Cluster]:
        """The clusters that have been booted, by id."""
        return dict(self._clusters)

    def _cluster(self, spec: ClusterSpec) -> Cluster:
        if spec.id not in self._clusters:
            folder = self._folder / spec.id
            here = replace(spec, authenticator=f"{self._authenticator}/{spec.id}", trust=self._trust)
            self._clusters[spec.id] = Cluster(here, folder, self._parts, self._images, self._pods)
        return self._clusters[spec.id]
