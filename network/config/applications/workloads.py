"""Workloads: pods that the teams run, and what they listen on (SVC-3)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.applications.kubernetes_services import KubernetesService
from network.config.applications.servers import Balancing
from network.config.model import Finding, Model
from network.config.names import LabelKey, LabelValue, PortName


class Port(Model):
    """A port that a workload listens on."""

    port: int = Field(ge=1, le=65535)
    """On which the container listens."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    """TCP or UDP; routes lead to TCP only."""
    scheme: Literal["http", "https", "h2c"] | None = None
    """What Traefik speaks to it: h2c is HTTP/2 without TLS, which gRPC needs. Where absent, https for port
    443 and names that begin with https, else http."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.scheme is not None and self.protocol != "TCP":
            yield Finding(("scheme",), "HTTP needs TCP", "remove scheme, or set `protocol: TCP`")

    def is_https(self, name: str) -> bool:
        """Whether Traefik speaks TLS to the port of this name."""
        if self.scheme is not None:
            return self.scheme == "https"
        return self.port == 443 or name.startswith("https")


class Workload(Model):
    """Pods of one kind. The Deployment belongs to the application's team; the Service to the platform."""

    labels: dict[LabelKey, LabelValue] = Field(min_length=1)
    """Labels that select the pods."""
    ports: dict[PortName, Port] = Field(default_factory=dict)
    """Ports by name."""
    service: KubernetesService = Field(default_factory=KubernetesService)
    """The Service of a workload with ports."""
    balancing: Balancing = Field(default_factory=Balancing)
    """Between Traefik and the pods."""

    @override
    def findings(self) -> Iterator[Finding]:
        names: dict[tuple[int, str], str] = {}
        for name, port in self.ports.items():
            first = names.setdefault((port.port, port.protocol), name)
            if first != name:
                yield Finding(
                    ("ports", name),
                    f"port {first} has the same number and protocol",
                    "remove one of them",
                )
        if self.service.type == "Headless" and self.balancing.native_lb:
            yield Finding(
                ("balancing", "nativeLB"),
                "a headless Service has no address",
                "remove nativeLB, or set `service.type: ClusterIP`",
            )
        if "service" in self.model_fields_set and not self.ports:
            yield Finding(("service",), "a workload without ports has no Service", "declare its ports")
