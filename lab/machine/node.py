"""A node from the outside: its files, its keeper process, its place on the network."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from lab.machine import kubeconfig, node_config
from lab.machine.control_plane import ControlPlane
from lab.machine.inputs import NEEDED_PARTS, Parts, find, image_named
from lab.machine.network import ClusterNetwork
from lab.machine.node_init import Command, NodePlan
from lab.machine.pod_networks import PodNetwork
from lab.machine.pod_networks.network import Place
from lab.machine.process import Supervisor
from lab.machine.spec import ClusterSpec, MachineError, NodeSpec
from lab.paths import project_dir

_HIDDEN_IN_NODES = ("/run", "/var/lib", "/var/log", "/sys", "/proc")
"""A node has its own of these, so nothing that it needs may lie there."""


class Node:
    """One node of a cluster; what outlives it lies in `folder`."""

    def __init__(
        self,
        cluster: ClusterSpec,
        spec: NodeSpec,
        folder: Path,
        parts: Parts,
        images: Mapping[str, Path],
        wires: ClusterNetwork,
        control_plane: ControlPlane,
        keepers: Supervisor,
        pods: PodNetwork,
    ) -> None:
        self.spec = spec
        self._pods = pods
        self._cluster = cluster
        self._folder = folder
        self._parts = parts
        self._images = images
        self._wires = wires
        self._control_plane = control_plane
        self._keepers = keepers
        self.booted = 0.0
        """When it was booted (seconds since the epoch): what its Node said earlier is no news."""

    @property
    def logs(self) -> Path:
        """The folder of its processes' logs."""
        return self._folder / "logs"

    def start(self) -> None:
        """Boot the node; harmless while it runs. It becomes Ready later."""
        check_visible_in_nodes(self._folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._wires.attach(self.spec.name, self.spec.address)
        plan = self._folder / "plan.json"
        self._plan().write(plan)
        command = [sys.executable, "-m", "lab.machine.node_init", str(plan)]
        booted = time.time()
        if self._keepers.ensure(self.spec.name, command, {"PYTHONPATH": str(project_dir())}):
            self.booted = booted

    def give_range(self, pods: IPv4Network) -> None:
        """Tell the pod network which addresses the node's pods have; harmless when it knows."""
        self._pods.configure(self._folder, pods)

    def stop(self) -> None:
        """Cut the power: end every process of the node and leave the network."""
        self._keepers.end(self.spec.name, grace=30.0)
        self._wires.detach(self.spec.name)

    def forget(self) -> None:
        """Remove the node's files."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _plan(self) -> NodePlan:
        folder, parts, name = self._folder, self._parts, self.spec.name
        containerd = folder / "containerd.toml"
        pause = image_named(self._images, "pause")
        cni_folder = self._pods.configuration_folder(folder)
        config = node_config.containerd_config(
            parts, self._pods.plugins, cni_folder, pause, self._runtime_spec()
        )
        containerd.write_text(config)
        return NodePlan(
            name=name,
            cgroup=self._wires.namespace(name),
            network=str(self._wires.handle(name)),
            folder=str(folder),
            logs=str(self.logs),
            path=":".join(
                [*(str(parts[part]) for part in (*NEEDED_PARTS, *self._pods.parts)), os.environ["PATH"]]
            ),
            runtime=Command(
                "containerd",
                [str(find(parts, "containerd", "containerd")), "-c", str(containerd)],
                {},
            ),
            runtime_socket=node_config.CONTAINERD_SOCKET,
            image_client=str(find(parts, "containerd", "ctr")),
            images=[str(path) for path in self._images.values()],
            api_server=(str(self._cluster.control_plane), kubeconfig.API_PORT),
            processes=[self._kubelet(), self._proxy(), self._pods.agent(self._place())],
        )

    def _runtime_spec(self) -> Path | None:
        """containerd's own, and whom the cluster's pods trust; None: containerd's alone."""
        if self._cluster.trust is None:
            return None
        command = [str(find(self._parts, "containerd", "ctr")), "oci", "spec"]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        spec = node_config.trusting(json.loads(told.stdout), self._cluster.trust)
        return self._file("runtime-spec.json", spec)

    def _kubelet(self) -> Command:
        spec, resolver = self.spec, self._folder / "resolv.conf"
        resolver.write_text(f"nameserver {self._cluster.dns}\n")
        serving = self._control_plane.kubelet_certificate(spec)
        authority = self._control_plane.authority
        config = node_config.kubelet_config(self._cluster, spec, authority, serving, resolver)
        client = self._control_plane.client_config(f"system:node:{spec.name}", "system:nodes")
        labels = ",".join(f"{key}={value}" for key, value in spec.labels.items())
        arguments = [
            str(find(self._parts, "kubernetes", "kubelet")),
            f"--config={self._file('kubelet.yaml', config)}",
            f"--kubeconfig={client}",
            f"--hostname-override={spec.name}",
            f"--node-ip={spec.address}",
            f"--node-labels={labels}",
            "--root-dir=/var/lib/kubelet",
        ]
        return Command("kubelet", arguments, {})

    def _proxy(self) -> Command:
        client = self._control_plane.client_config("system:kube-proxy")
        config = node_config.proxy_config(self._cluster, self.spec, client)
        binary = find(self._parts, "kubernetes", "kube-proxy")
        return Command("kube-proxy", [str(binary), f"--config={self._file('kube-proxy.yaml', config)}"], {})

    def _place(self) -> Place:
        client = self._control_plane.client_config(f"{self._pods.name}-agent", "system:masters")
        return Place(self._cluster, self.spec, self._folder, self._parts, client)

    def _file(self, name: str, content: dict[str, Any]) -> Path:
        """A configuration file; JSON is YAML."""
        path = self._folder / name
        path.write_text(json.dumps(content, indent=1))
        return path


def check_visible_in_nodes(folder: Path) -> None:
    """MachineError if nodes would not see this folder."""
    for hidden in _HIDDEN_IN_NODES:
        if folder.is_relative_to(hidden):
            raise MachineError(
                f"the state folder {folder} lies below {hidden}, which nodes have of their own: "
                "choose another state folder"
            )
