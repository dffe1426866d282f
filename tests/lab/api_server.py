"""A real API server, alone: etcd and nothing else behind it, on this machine's loopback device."""

import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from lab import parts as lab_parts
from lab.machine import kubeconfig
from lab.machine.control_plane import api_server_command, etcd_command
from lab.machine.pki import Pki
from lab.machine.process import Supervisor
from lab.machine.spec import ClusterSpec
from lab.toolbox.kubernetes_api import KubernetesApi, KubernetesError
from lab.toolbox.waiting import patiently
from tests.lab.patience import until


@dataclass(frozen=True)
class ApiServer:
    """An API server, asked as somebody."""

    api: KubernetesApi
    """As the administrator."""
    pki: Pki

    def refusal(self, manifest: dict[str, Any], user: str = "") -> KubernetesError | None:
        """Why somebody may not make an object; None if they may. It is not made."""
        return refused(lambda: self.acting_as(user).create(manifest, dry_run=True))

    def make(self, manifests: Sequence[dict[str, Any]]) -> None:
        """Make objects as the administrator, once their kinds are served."""
        for manifest in manifests:
            patiently(
                partial(self.api.create, manifest), KubernetesError, 30, is_final=lambda e: e.status != 404
            )

    def acting_as(self, user: str) -> KubernetesApi:
        return self.api.acting_as(user) if user else self.api

    def config_of(self, user: str, *groups: str) -> str:
        """A kubeconfig of somebody."""
        client = self.pki.client(user, groups)
        return kubeconfig.for_certificate(self.api.server, self.pki.authority.certificate, client)


def refused(call: Callable[[], object]) -> KubernetesError | None:
    """How a call was refused; None if it was not."""
    try:
        call()
    except KubernetesError as error:
        return error
    return None


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
    authority = pki.authority.certificate.read_text()
    api = KubernetesApi(f"https://127.0.0.1:{secure_port}", pki.admin_token, authority, patience=30)
    try:
        until(api.ready, "the API server is ready", seconds=300)
        yield ApiServer(api, pki)
    finally:
        api.close()
        processes.end_all()
