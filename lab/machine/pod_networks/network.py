"""What a cluster asks of its pod network."""

import json
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Protocol

from lab.machine.inputs import Parts
from lab.machine.node_init import Command
from lab.machine.spec import ClusterSpec, NodeSpec
from lab.toolbox.kubernetes_api import Manifest


@dataclass(frozen=True)
class Place:
    """A node, as the agent of the pod network on it sees it."""

    cluster: ClusterSpec
    node: NodeSpec
    folder: Path
    """The node's files; they outlive the node."""
    parts: Parts
    kubeconfig: Path
    """Of an administrator."""


def write(path: Path, content: dict[str, Any]) -> Path:
    """Write a configuration file; JSON is YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1))
    return path


class PodNetwork(Protocol):
    """A pod network, and what enforces policies in it."""

    name: str
    """The word for it in a stack's `cluster.cni`."""
    parts: tuple[str, ...]
    """The parts that nodes need for it."""
    plugins: tuple[str, ...]
    """Those parts, or those of every node, whose folders hold CNI plugins."""
    routes_on_nodes: bool
    """Whether nodes need routes to each other's pods."""

    def resources(self, parts: Parts, cluster: ClusterSpec) -> list[Manifest]:
        """What must exist in a cluster before its agents start."""
        ...

    def configuration_folder(self, folder: Path) -> str:
        """Where the container runtime of a node, whose files are in `folder`, looks for the CNI list."""
        ...

    def configure(self, folder: Path, pods: IPv4Network) -> None:
        """Called when the controllers have given the node whose files are in `folder` its range of pod
        addresses; may be repeated."""
        ...

    def agent(self, place: Place) -> Command:
        """The process that runs on each node."""
        ...
