"""Workloads: pods that the teams run, and what they listen on (SVC-3)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model
from network.config.names import LabelKey, LabelValue, PortName


class Port(Model):
    """A port that a workload listens on."""

    port: int = Field(ge=1, le=65535)
    protocol: Literal["TCP", "UDP"] = "TCP"


class Workload(Model):
    """Pods of one kind. The Deployment belongs to the application's team; the Service to the platform."""

    labels: dict[LabelKey, LabelValue] = Field(min_length=1)
    """Labels that select the pods."""
    ports: dict[PortName, Port] = Field(default_factory=dict)
    """Ports by name."""

    @override
    def findings(self) -> Iterator[Finding]:
        names: dict[Port, str] = {}
        for name, port in self.ports.items():
            first = names.setdefault(port, name)
            if first != name:
                yield Finding(
                    ("ports", name),
                    f"port {first} has the same number and protocol",
                    "remove one of them",
                )
