"""Analysers that others wrote, each as a process that answers for one world after the other."""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.parts.provide import ensure
from network.reachability.ports import Protocol
from tests.unit.reachability.naive import Peer, Pod, World
from tests.unit.reachability.strategies import PROTOCOLS

PROBED: tuple[tuple[Protocol, int], ...] = tuple(
    (protocol, number) for protocol in PROTOCOLS for number in (53, 80, 81, 8080, 9080)
)
"""Both sides of every number that the random policies use."""

Verdicts = dict[tuple[int, int, str, int], bool]
"""By numbers of source and destination, protocol and port."""


@dataclass
class Oracle:
    """A running analyser."""

    process: "subprocess.Popen[str]"
    folder: Path

    def verdicts(self, world: World, peers: Sequence[Peer]) -> Verdicts:
        """Return what it says about every pair of peers."""
        _write(world, self.folder)
        question = {
            "folder": str(self.folder),
            "peers": [_peer(world, peer) for peer in peers],
            "ports": [{"protocol": protocol, "number": number} for protocol, number in PROBED],
            "policies": list(world.policies),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(question), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        order = [
            (source, destination, protocol, number)
            for source in range(len(peers))
            for destination in range(len(peers))
            for protocol, number in PROBED
        ]
        assert len(answer) == len(order), "the oracle failed"
        return {key: verdict == "1" for key, verdict in zip(order, answer, strict=True)}


@contextmanager
def cyclonus(folder: Path) -> Generator[Oracle]:
    """Run cyclonus' matcher."""
    with _running([str(ensure("cyclonus")["cyclonus"] / "cyclonus-verdicts")], {}, folder) as oracle:
        yield oracle


@contextmanager
def nca(folder: Path) -> Generator[Oracle]:
    """Run network-config-analyzer, with its packages instead of ours."""
    environment = {"PYTHONPATH": str(ensure("nca")["nca"] / "packages")}
    worker = Path(__file__).with_name("worker_nca.py")
    with _running([sys.executable, "-S", str(worker)], environment, folder) as oracle:
        yield oracle


@contextmanager
def _running(command: list[str], environment: dict[str, str], folder: Path) -> Generator[Oracle]:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | environment
    )
    try:
        yield Oracle(process, folder)
    finally:
        process.kill()
        process.wait()


def _peer(world: World, peer: Peer) -> dict[str, Any]:
    if isinstance(peer, str):
        return {"namespace": "", "address": peer}
    labels = {**world.namespaces[peer.namespace], "kubernetes.io/metadata.name": peer.namespace}
    return {
        "namespace": peer.namespace,
        "name": peer.name,
        "namespaceLabels": labels,
        "labels": dict(peer.labels),
        "address": peer.address,
        "names": {f"{protocol}/{number}": name for (name, protocol), number in peer.named_ports.items()},
    }


def _write(world: World, folder: Path) -> None:
    """Write the world as the API server would give it."""
    namespaces = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": {**labels, "kubernetes.io/metadata.name": name}},
        }
        for name, labels in world.namespaces.items()
    ]
    documents = [*namespaces, *map(_pod, world.pods), *map(_stored, world.policies)]
    (folder / "world.yaml").write_text(yaml.dump_all(documents, Dumper=yaml.CSafeDumper))


def _pod(pod: Pod) -> dict[str, Any]:
    ports = [
        {"containerPort": number, "protocol": protocol, "name": name}
        for (name, protocol), number in pod.named_ports.items()
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": pod.name, "namespace": pod.namespace, "labels": dict(pod.labels)},
        "spec": {"containers": [{"name": "main", "image": "main", "ports": ports}]},
        "status": {"podIP": pod.address},
    }


def _stored(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy as Kubernetes keeps it: without empty lists of rules, since it defaults `policyTypes`
    by their length (pkg/apis/networking/v1/defaults.go)."""
    return {**policy, "spec": {key: value for key, value in policy["spec"].items() if value != []}}
