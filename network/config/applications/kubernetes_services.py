"""Services of Kubernetes, by which others find a workload (SVC-1, SVC-2)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model


class SessionAffinity(Model):
    """Connections from one address go to the same pod. Traefik's own do not pass the Service, unless the
    workload's `balancing.nativeLB` says so: for browsers there is `balancing.sticky`."""

    timeout_seconds: int = Field(default=10_800, ge=1, le=86_400)
    """Seconds without a connection after which the address is forgotten."""


class KubernetesService(Model):
    """The Service of one workload. Pods that are not ready are never among its endpoints."""

    type: Literal["ClusterIP", "Headless", "NodePort", "LoadBalancer"] = "ClusterIP"
    """Headless answers with the pods' addresses. NodePort opens a port on each node, for debugging only.
    LoadBalancer makes one that is reached from within the VPC and costs by the month; the one public entry is
    Traefik's. For both, `acceptsFrom` says who may connect."""
    session_affinity: SessionAffinity | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        if self.type == "Headless" and self.session_affinity is not None:
            yield Finding(
                ("sessionAffinity",),
                "a headless Service passes no connection: clients choose among the pods' addresses",
                "remove it, or set `type: ClusterIP`",
            )
