"""Workloads: pods that the teams run, and what they listen on (SVC-3)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.applications.kubernetes_services import KubernetesService
from network.config.applications.servers import Balancing
from network.config.model import Finding, Model
from network.config.names import LabelKey, LabelValue, PortName
from network.config.port_ranges import meet


class Port(Model):
    """A port that a workload listens on."""

    port: int = Field(ge=1, le=65535)
    """On which the container listens."""
    end_port: int | None = Field(default=None, ge=1, le=65535)
    """Last of a range that begins with `port`: nodes of a cluster that meet on any of them, data connections
    of FTP. A Service has no ranges, so others find the pods by their addresses."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    """TCP or UDP; routes lead to TCP only."""
    scheme: Literal["http", "https", "h2c"] | None = None
    """What Traefik speaks to it: h2c is HTTP/2 without TLS, which gRPC needs. Where absent, https for port
    443 and names that begin with https, else http."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.scheme is not None and self.protocol != "TCP":
            yield Finding(("scheme",), "HTTP needs TCP", "remove scheme, or set `protocol: TCP`")
        if self.end_port is not None and self.end_port <= self.port:
            yield Finding(
                ("endPort",),
                f"a range ends above its first port ({self.port})",
                "raise it, or remove endPort",
            )
        if self.end_port is not None and self.scheme is not None:
            yield Finding(
                ("scheme",), "Traefik connects to single ports, not to a range", "remove scheme, or endPort"
            )

    @property
    def last(self) -> int:
        """The last port that it stands for."""
        return self.end_port or self.port

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
        declared: list[tuple[str, Port]] = []
        for name, port in self.ports.items():
            same = next((n for n, other in declared if _meet(port, other)), None)
            if same is not None:
                yield Finding(
                    ("ports", name),
                    f"port {same} has the same number and protocol",
                    "remove one of them",
                )
            declared.append((name, port))
        if self.ports and not self.served and self.service.type != "Headless":
            yield Finding(
                ("service",),
                "a Service has no ranges of ports, so with nothing else it would have no port",
                "set `service: { type: Headless }`: it has the pods' addresses only",
            )
        if self.service.type == "Headless" and self.balancing.native_lb:
            yield Finding(
                ("balancing", "nativeLB"),
                "a headless Service has no address",
                "remove nativeLB, or set `service.type: ClusterIP`",
            )
        if "service" in self.model_fields_set and not self.ports:
            yield Finding(("service",), "a workload without ports has no Service", "declare its ports")

    @property
    def served(self) -> dict[str, Port]:
        """The ports that its Service has: single ones."""
        return {name: port for name, port in self.ports.items() if port.end_port is None}


def _meet(one: Port, other: Port) -> bool:
    return one.protocol == other.protocol and meet((one.port, one.last), (other.port, other.last))
