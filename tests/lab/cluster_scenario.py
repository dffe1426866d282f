"""Runs inside a sandbox: one cluster's life, observed. Prints the observations as one JSON object.

`python -m tests.lab.cluster_scenario live|recover FOLDER`
"""

import json
import re
import signal
import socket
import struct
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, TypeVar

from lab.machine.cluster import Cluster
from lab.machine.inputs import image_named
from lab.machine.namespaces import join_network
from lab.machine.pod_networks import POD_NETWORKS
from lab.machine.spec import ClusterSpec, NodeSpec
from lab.parts.catalogue import every_part
from lab.toolbox.waiting import until
from tests.lab.supplies import images, parts

T = TypeVar("T")
Pod = dict[str, Any]


def node(number: int) -> NodeSpec:
    labels = {"doks.digitalocean.com/node-pool": "pool", "topology.kubernetes.io/region": "ams3"}
    return NodeSpec(f"pool-{number}", IPv4Address(f"10.20.0.{10 + number}"), labels, ())


SPEC = ClusterSpec(
    id="7e57c1a5-1111-4222-8333-444455556666",
    name="scenario",
    version=every_part()["kubernetes"].version.removeprefix("v"),
    vpc=IPv4Network("10.20.0.0/24"),
    pods=IPv4Network("10.42.0.0/18"),
    services=IPv4Network("10.43.0.0/22"),
    router=IPv4Address("10.20.0.1"),
    control_plane=IPv4Address("10.20.0.2"),
    nodes=(node(1), node(2)),
    dns=IPv4Address("203.0.113.53"),
)
CLIENT = "/api/v1/namespaces/default/pods/client"
DNS_PODS = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns"


def report(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def eventually(what: str, look: Callable[[], T | None], timeout: float = 120) -> T:
    report(f"Waiting for {what}")
    found = until(look, timeout, pause=0.2)
    if not found:
        raise TimeoutError(f"{what}: not within {timeout} s")
    return found


def in_pod(pod: Pod, action: Callable[[], T]) -> T:
    """Run `action` in the pod's network namespace: in a thread, for a thread may leave alone."""
    of_pod = re.compile(f"pod{pod['metadata']['uid']}")
    process = next(
        folder
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and of_pod.search((folder / "cgroup").read_text())
    )

    def enter_and_act() -> T:
        join_network(process / "ns" / "net")
        return action()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(enter_and_act).result()


def resolve(name: str) -> str | None:
    """Ask the cluster's DNS for an A record by one UDP packet; None without an answer."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    query = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        client.sendto(query, (str(SPEC.dns_service), 53))
        try:
            return socket.inet_ntoa(client.recv(512)[-4:])
        except TimeoutError:
            return None


def resolve_in(pod: Pod, name: str) -> str:
    """Ask from a pod, again after a second as a resolver does."""
    return eventually(f"an answer for {name}", lambda: in_pod(pod, lambda: resolve(name)), 20)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def footprint() -> dict[str, list[str]]:
    """What of a cluster this sandbox can see."""
    others = [
        (folder / "comm").read_text().strip()
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and (folder / "cmdline").read_bytes()
    ]
    group = re.findall(r":memory:(.*)", Path("/proc/self/cgroup").read_text())
    return {
        "processes": sorted(name for name in others if not name.startswith("python")),
        "network namespaces": sorted(path.name for path in Path("/run/netns").iterdir()),
        "links": sorted(name for _, name in socket.if_nameindex()),
        "mounts": sorted(Path("/proc/self/mounts").read_text().splitlines()),
        "routes": subprocess.check_output(("ip", "route"), text=True).splitlines(),
        "control groups": sorted(
            str(path.parent)
            for top in group
            for path in Path("/sys/fs/cgroup/memory" + top).parent.rglob("cgroup.procs")
        ),
    }


def running(cluster: Cluster, path: str) -> list[Pod] | None:
    """The pods of a list if there are some and all are ready."""
    pods = cluster.api.get(path)["items"]
    ready = [
        pod
        for pod in pods
        for condition in pod["status"].get("conditions", [])
        if condition["type"] == "Ready" and condition["status"] == "True"
    ]
    return pods if pods and len(ready) == len(pods) else None


def start_client(cluster: Cluster) -> Pod:
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "client", "namespace": "default"},
        "spec": {
            "nodeName": SPEC.nodes[0].name,
            "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "pause", "image": image_named(images(), "pause")}],
        },
    }
    eventually("a default ServiceAccount", lambda: apply(cluster, manifest))
    path = "/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Dclient"
    (client,) = eventually("the client pod", lambda: running(cluster, path))
    return client


def apply(cluster: Cluster, manifest: dict[str, Any]) -> bool:
    try:
        cluster.api.apply(manifest)
    except RuntimeError:
        return False
    return True


def live(cluster: Cluster) -> dict[str, Any]:
    """From nothing through faults and changes to a stop and a second start."""
    seen: dict[str, Any] = {"before": footprint()}
    cluster.start(report)
    seen["healthy"] = cluster.healthy()
    seen["nodes"] = node_labels(cluster)

    client = start_client(cluster)
    servers = eventually("cluster DNS", lambda: running(cluster, DNS_PODS))
    seen["resolved"] = resolve_in(client, "kubernetes.default.svc.cluster.local")
    far = next(pod for pod in servers if pod["spec"]["nodeName"] != client["spec"]["nodeName"])
    seen["far"] = in_pod(client, lambda: fetch(f"http://{far['status']['podIP']}:8080/health"))

    killed = cluster.processes.pids["kube-apiserver"]
    cluster.processes.signal("kube-apiserver", signal.SIGKILL)
    eventually("the API server's return", cluster.healthy)
    seen["api server is another process"] = cluster.processes.pids["kube-apiserver"] != killed
    seen["client kept"] = cluster.api.get(CLIENT)["metadata"]["uid"] == client["metadata"]["uid"]

    cluster.add_node(node(3), report)
    seen["nodes after adding"] = sorted(node_labels(cluster))
    cluster.remove_node(node(3).name)
    seen["nodes after removing"] = sorted(node_labels(cluster))

    cluster.stop()
    seen["after stop"] = footprint()
    cluster.start(report)
    seen["client uid"] = cluster.api.get(CLIENT)["metadata"]["uid"]
    return seen


def recover(cluster: Cluster) -> dict[str, Any]:
    """After a run that was killed."""
    cluster.start(report)
    uid = cluster.api.get(CLIENT)["metadata"]["uid"]
    client = start_client(cluster)
    eventually("cluster DNS", lambda: running(cluster, DNS_PODS))
    resolved = resolve_in(client, "kube-dns.kube-system.svc.cluster.local")
    cluster.delete()
    return {"client uid": uid, "resolved": resolved, "after delete": footprint()}


def node_labels(cluster: Cluster) -> dict[str, dict[str, str]]:
    nodes = cluster.api.get("/api/v1/nodes")["items"]
    return {found["metadata"]["name"]: found["metadata"]["labels"] for found in nodes}


def main() -> None:
    act, folder = sys.argv[1:]
    cluster = Cluster(SPEC, Path(folder), parts(), images(), POD_NETWORKS["cilium"])
    print(json.dumps({"live": live, "recover": recover}[act](cluster)), flush=True)
    if act == "live":  # the test ends this run from outside, without any farewell
        signal.pause()


if __name__ == "__main__":
    main()
