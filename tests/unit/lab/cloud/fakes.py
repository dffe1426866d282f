"""A cluster service without machines, and short ways to a cloud on it."""

import threading
from ipaddress import IPv4Address
from pathlib import Path

import yaml

from lab.cloud.backend import Report
from lab.cloud.cloud import Cloud
from lab.machine.spec import ClusterSpec

DNS = IPv4Address("203.0.113.53")


class FakeBackend:
    """Clusters that exist in memory. `gate` holds boots and deletions back while it is not set."""

    def __init__(self) -> None:
        self.booted: dict[str, ClusterSpec] = {}
        self.boots: list[str] = []
        self.failure: str | None = None
        self.gate = threading.Event()
        self.gate.set()

    def boot(self, spec: ClusterSpec, report: Report) -> None:
        self.boots.append(spec.name)
        report(f"booting {spec.name}")
        self.gate.wait(10)
        if self.failure:
            raise RuntimeError(self.failure)
        self.booted[spec.id] = spec

    def scale(self, spec: ClusterSpec, report: Report) -> None:
        report(f"scaling {spec.name}")
        self.booted[spec.id] = spec

    def delete(self, spec: ClusterSpec) -> None:
        self.gate.wait(10)
        self.booted.pop(spec.id, None)

    def kubeconfig(self, cluster: str) -> str:
        server = f"https://{self.booted[cluster].control_plane}:6443"
        return yaml.safe_dump(
            {
                "clusters": [{"cluster": {"server": server, "certificate-authority-data": "Y2E="}}],
                "users": [{"user": {"token": f"admin-token-{cluster}"}}],
            }
        )


def cloud(folder: Path, backend: FakeBackend | None = None, max_real_nodes: int = 2) -> Cloud:
    """A cloud whose clusters run as soon as they are asked for."""
    return Cloud(folder, backend or FakeBackend(), DNS, max_real_nodes, report=lambda _: None)
