"""Where packets start and end: pods, nodes, the control plane, the world outside."""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Literal

from lab.machine.network import CONTROL_PLANE, HANDLES
from lab.machine.spec import MachineError
from lab.toolbox.kubectl import Kubectl

Kind = Literal["pod", "node", "control-plane", "vpc", "outside"]

_POD = re.compile(r"pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})")


@dataclass(frozen=True)
class Place:
    """One address of the lab, and how to get there."""

    name: str
    """`namespace/pod` of a pod, else the machine's."""
    kind: Kind
    """`vpc` is an address of the VPC that is no machine of the cluster, as a load balancer's is."""
    address: IPv4Address
    handle: Path | None
    """The network namespace; None is the caller's."""
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    node: str = ""
    """On which a pod runs."""


def find(kubectl: Kubectl, outside: IPv4Address) -> list[Place]:
    """Every place of the one running cluster, seen from inside the lab's namespaces.

    `outside` is the lab's own address on the internet.
    Raises MachineError when a pod's process cannot be found, KubectlError when the cluster cannot be asked.
    """
    nodes, pods = (kubectl.objects(kind, "--all-namespaces") for kind in ("nodes", "pods"))
    handles = {path.name.partition("-")[2]: path for path in HANDLES.iterdir()}
    api_server = _api_server(kubectl)
    places = [
        Place("internet", "outside", outside, None),
        Place("load-balancer", "vpc", _own_address(api_server), None),
        Place(CONTROL_PLANE, "control-plane", api_server, handles[CONTROL_PLANE]),
    ]
    for node in nodes:
        name = node["metadata"]["name"]
        (address,) = [a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP"]
        places.append(Place(name, "node", IPv4Address(address), handles[name]))
    return [*places, *_pods(pods)]


def _pods(pods: Sequence[Mapping[str, Any]]) -> Iterator[Place]:
    processes = _processes_by_pod()
    for pod in pods:
        meta, status = pod["metadata"], pod["status"]
        if status["phase"] != "Running" or pod["spec"].get("hostNetwork") or "deletionTimestamp" in meta:
            continue
        process = processes.get(meta["uid"])
        if process is None:
            raise MachineError(f"no process of pod {meta['namespace']}/{meta['name']} is to be seen here")
        yield Place(
            name=f"{meta['namespace']}/{meta['name']}",
            kind="pod",
            address=IPv4Address(status["podIP"]),
            handle=process / "ns" / "net",
            namespace=meta["namespace"],
            labels=meta.get("labels", {}),
            node=pod["spec"]["nodeName"],
        )


def _processes_by_pod() -> dict[str, Path]:
    """A process of each pod, by the pod's uid."""
    found: dict[str, Path] = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                match = _POD.search((process / "cgroup").read_text())
            except OSError:
                continue
            if match:
                found.setdefault(match[1].replace("_", "-"), process)
    return found


def _api_server(kubectl: Kubectl) -> IPv4Address:
    (slices,) = kubectl.objects("endpointslices", "--namespace=default", "kubernetes")
    return IPv4Address(slices["endpoints"][0]["addresses"][0])


def _own_address(towards: IPv4Address) -> IPv4Address:
    """The address that packets from here to there come from; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((str(towards), 9))
        return IPv4Address(client.getsockname()[0])
