"""One real Kubernetes cluster on this machine."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from lab.machine import hubble
from lab.machine.addons import dns_manifests, owners_manifest, storage_classes
from lab.machine.control_plane import ControlPlane
from lab.machine.hubble import RELAY
from lab.machine.inputs import Parts, find, image_named
from lab.machine.network import ClusterNetwork
from lab.machine.node import Node
from lab.machine.pki import Pki
from lab.machine.pod_networks import PodNetwork
from lab.machine.process import Supervisor
from lab.machine.spec import ClusterSpec, MachineError, NodeSpec
from lab.toolbox.kubernetes_api import KubernetesApi, KubernetesError, Manifest
from lab.toolbox.waiting import patiently, until

_READY_TIMEOUT = 420.0
"""Seconds until every node must be Ready: a minute is usual, more where builds run beside it."""

_SETTLING_TIMEOUT = 60.0
"""Seconds in which a young API server may still refuse objects, for its namespaces are not made."""

_MISTAKES = (400, 422)
"""Answers that no patience changes: the object itself is wrong."""

_RESOLVER = "vpc-resolver"

_NODES = "/api/v1/nodes"

Report = Callable[[str], None]


class Cluster:
    """A cluster in namespaces of its own, within a sandbox (`lab.machine.sandbox`).

    Its state is in `folder` and outlives every process: certificates, etcd's data, the nodes'
    images. Methods may be called from any thread; those that change something wait for each other.
    """

    def __init__(
        self,
        spec: ClusterSpec,
        folder: Path,
        parts: Parts,
        images: Mapping[str, Path],
        pods: PodNetwork,
    ) -> None:
        """`images` (name -> OCI archive) are imported on each node; `pause` and `coredns` must be
        among them."""
        self._spec = spec
        self._folder = folder
        self._parts = parts
        self._images = images
        self._pods = pods
        self._lock = threading.RLock()
        self._routing = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._wires = ClusterNetwork(spec, pods.routes_on_nodes)
        self._control_plane = ControlPlane(spec, folder, parts, self._wires, Pki(folder / "pki"))
        self._keepers = Supervisor(folder / "logs")
        self._nodes = {node.name: self._node(node) for node in spec.nodes}

    @property
    def kubeconfig(self) -> str:
        """The administrator's kubeconfig, by token, as DOKS hands it out."""
        return self._control_plane.admin_config

    @property
    def api(self) -> KubernetesApi:
        """The API server, as its administrator."""
        return self._control_plane.api

    @property
    def processes(self) -> Supervisor:
        """The control plane's processes: etcd, kube-apiserver, ..."""
        return self._control_plane.processes

    @property
    def nodes(self) -> Mapping[str, NodeSpec]:
        """The nodes that the cluster shall have now."""
        return {name: node.spec for name, node in self._nodes.items()}

    def start(self, report: Report) -> None:
        """Bring the cluster up, from nothing or from what an earlier run left; harmless when it is.

        Returns when every node is Ready; `report` gets a sentence for each step. Raises
        MachineError naming the logs to read.
        """
        with self._lock:
            report(f"Starting cluster {self._spec.name}: {len(self._nodes)} nodes")
            self._wires.start()
            self._serve_names_in_the_vpc()
            for node in self._nodes.values():
                node.start()
            self._control_plane.start(report)
            self._install_addons()
            report("Cluster DNS and the pod network's resources are installed")
            self._await_nodes(list(self._nodes), report)

    def add_node(self, node: NodeSpec, report: Report = lambda _: None) -> None:
        """Boot one more node and wait until it is Ready."""
        with self._lock:
            self._nodes.setdefault(node.name, self._node(node)).start()
            self._await_nodes([node.name], report)

    def remove_node(self, name: str) -> None:
        """End a node and delete its Node object, without draining it; harmless if there is none."""
        with self._lock:
            node = self._nodes.pop(name, None)
            if node:
                node.stop()
                node.forget()
            self.api.delete(f"{_NODES}/{name}")
            self.sync_routes()

    def sync_routes(self) -> None:
        """Make the nodes' pods reachable from the router and the API server."""
        self._route(self._list_nodes())

    def stop(self) -> None:
        """End every process and remove every namespace; `start` continues where it ended."""
        with self._lock:
            with ThreadPoolExecutor() as pool:
                list(pool.map(Node.stop, self._nodes.values()))
            self._control_plane.stop()
            self._keepers.end(_RESOLVER, grace=5.0)
            self._wires.stop()

    def delete(self) -> None:
        """Stop, and forget everything."""
        with self._lock:
            self.stop()
            shutil.rmtree(self._folder)

    def healthy(self) -> bool:
        """Whether the API server is ready and every node is Ready."""
        try:
            return self.api.ready() and self._nodes.keys() <= self._ready(self._list_nodes())
        except KubernetesError:
            return False

    def _node(self, spec: NodeSpec) -> Node:
        folder = self._folder / "nodes" / spec.name
        return Node(
            self._spec, spec, folder, self._parts, self._images, self._wires, self._control_plane,
            self._keepers, self._pods,
        )  # fmt: skip

    def _serve_names_in_the_vpc(self) -> None:
        """The VPC's own resolver, which asks that of the world outside."""
        file = self._folder / "resolver.Corefile"
        file.write_text(f". {{\n    bind {self._spec.resolver}\n    forward . {self._spec.dns}\n}}\n")
        program = find(self._parts, "coredns", "coredns")
        self._keepers.ensure(_RESOLVER, [str(program), "-conf", str(file)])

    def _install_addons(self) -> None:
        dns = dns_manifests(self._spec, image_named(self._images, "coredns"))
        pods = self._pods.resources(self._parts, self._spec)
        manifests = [*pods, owners_manifest(), *storage_classes(), *dns]
        if any(RELAY in name for name in self._images):
            manifests += hubble.manifests(image_named(self._images, RELAY))
        deadline = time.monotonic() + _SETTLING_TIMEOUT
        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(lambda manifest: self._apply(manifest, deadline), manifests))

    def _apply(self, manifest: Manifest, deadline: float) -> None:
        patiently(
            partial(self.api.apply, manifest),
            KubernetesError,
            deadline - time.monotonic(),
            pause=0.2,
            is_final=lambda error: error.status in _MISTAKES,
        )

    def _await_nodes(self, names: list[str], report: Report) -> None:
        waiting = set(names)

        def are_ready() -> bool:
            nonlocal waiting
            try:
                nodes = self._list_nodes()
                self._route(nodes)
            except KubernetesError:  # an API server that is just being started again
                nodes = []
            ready = self._ready(nodes) & waiting
            for name in sorted(ready):
                report(f"Node {name} is Ready")
            waiting -= ready
            return not waiting

        if names and not until(are_ready, _READY_TIMEOUT, pause=0.2):
            logs = ", ".join(str(self._nodes[name].logs) for name in sorted(waiting))
            raise MachineError(
                f"not Ready within {_READY_TIMEOUT:.0f} s: {', '.join(sorted(waiting))}; "
                f"see the logs in {logs} and {self._folder / 'logs'}"
            )

    def _list_nodes(self) -> list[dict[str, Any]]:
        return self.api.get(_NODES)["items"]

    def _ready(self, nodes: list[dict[str, Any]]) -> set[str]:
        """The names of those that have said since their boot that they are Ready."""
        return {
            name
            for node in nodes
            if (name := node["metadata"]["name"]) in self._nodes
            and ready_since(node, self._nodes[name].booted)
        }

    def _route(self, nodes: list[dict[str, Any]]) -> None:
        with self._routing:
            ranges = {
                IPv4Network(node["spec"]["podCIDR"]): known
                for node in nodes
                if (known := self._nodes.get(node["metadata"]["name"])) and "podCIDR" in node["spec"]
            }
            self._wires.route({pods: node.spec.address for pods, node in ranges.items()})
            for pods, node in ranges.items():
                node.give_range(pods)


def ready_since(node: dict[str, Any], boot: float) -> bool:
    """Whether a Node has its pod range, is Ready, and said so after `boot` (seconds since the epoch).

    A node may be Ready before the controllers give it its range. Heartbeats are in whole seconds: one
    of the boot's own second may be older than the boot.
    """
    return "podCIDR" in node["spec"] and any(
        condition["type"] == "Ready"
        and condition["status"] == "True"
        and datetime.fromisoformat(condition["lastHeartbeatTime"]).timestamp() > int(boot)
        for condition in node["status"].get("conditions", [])
    )
