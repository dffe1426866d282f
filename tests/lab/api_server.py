"""A real API server, alone: etcd and nothing else behind it, on this machine's loopback device."""

import socket
import ssl
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import httpx

from lab import parts as lab_parts
from lab.machine import kubeconfig
from lab.machine.control_plane import api_server_command, etcd_command
from lab.machine.pki import Pki
from lab.machine.process import Supervisor
from lab.machine.spec import ClusterSpec

_IRREGULAR = {
    "endpointslice": "endpointslices",
    "ingress": "ingresses",
    "ingressclass": "ingressclasses",
    "validatingadmissionpolicy": "validatingadmissionpolicies",
}


@dataclass(frozen=True)
class ApiServer:
    """An API server, asked as somebody."""

    client: httpx.Client
    pki: Pki

    def create(self, manifest: dict[str, Any], user: str | None = None) -> httpx.Response:
        """Ask for an object without making it."""
        return self.client.post(
            _path(manifest),
            params={"dryRun": "All"},
            json=manifest,
            headers={} if user is None else {"Impersonate-User": user},
        )

    def make(self, manifests: Sequence[dict[str, Any]]) -> None:
        """Make objects as the administrator."""
        for manifest in manifests:
            answer = self.client.post(_path(manifest), json=manifest)
            assert answer.is_success, answer.text

    def config_of(self, user: str, *groups: str) -> str:
        """A kubeconfig of somebody."""
        client = self.pki.client(user, groups)
        server = str(self.client.base_url).rstrip("/")
        return kubeconfig.for_certificate(server, self.pki.authority.certificate, client)


def _path(manifest: dict[str, Any]) -> str:
    version, kind = manifest["apiVersion"], manifest["kind"].lower()
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    namespace = manifest["metadata"].get("namespace")
    return f"{root}{f'/namespaces/{namespace}' if namespace else ''}/{_IRREGULAR.get(kind, f'{kind}s')}"


def free_ports(count: int) -> list[int]:
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in listening]
    for each in listening:
        each.close()
    return ports


@contextmanager
def api_server(folder: Path) -> Generator[ApiServer]:
    """etcd and an API server on this machine's loopback."""
    binaries = lab_parts.ensure("kubernetes")["kubernetes"]
    client_port, peer_port, secure_port = free_ports(3)
    etcd = f"http://127.0.0.1:{client_port}"
    peer = f"http://127.0.0.1:{peer_port}"
    pki = Pki(folder / "pki")
    spec = ClusterSpec(
        id="00000000-0000-4000-8000-000000000000",
        name="alone",
        version="1.36.1-do.0",
        vpc=IPv4Network("10.0.0.0/16"),
        pods=IPv4Network("10.244.0.0/16"),
        services=IPv4Network("10.96.0.0/16"),
        router=IPv4Address("10.0.0.1"),
        control_plane=IPv4Address("10.0.0.2"),
        nodes=(),
        dns=IPv4Address("10.0.0.53"),
    )
    processes = Supervisor(folder / "logs")
    # Of a flag that is given twice the last one counts.
    here = (
        f"--listen-client-urls={etcd}",
        f"--advertise-client-urls={etcd}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
    )
    processes.ensure("etcd", [*etcd_command(binaries / "etcd", folder / "etcd"), *here])
    here = (f"--etcd-servers={etcd}", f"--secure-port={secure_port}", "--bind-address=127.0.0.1")
    processes.ensure("kube-apiserver", [*api_server_command(binaries / "kube-apiserver", spec, pki), *here])
    client = httpx.Client(
        base_url=f"https://127.0.0.1:{secure_port}",
        headers={"Authorization": f"Bearer {pki.admin_token}"},
        verify=ssl.create_default_context(cafile=str(pki.authority.certificate)),
        timeout=30,
        trust_env=False,
    )
    try:
        wait_for(lambda: client.get("/readyz").is_success)
        yield ApiServer(client, pki)
    finally:
        client.close()
        processes.end_all()


def wait_for(condition: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, "the API server does not come to it"
        time.sleep(0.2)
