"""Declared connectivity: the single source from which policies are generated."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Literal


@dataclass(frozen=True)
class Pods:
    """Pods of one namespace that carry all the labels; without labels, every pod of it."""

    namespace: str
    name: str
    """What these pods are called; their policies are named after it."""
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Entity:
    """What is not a pod and has no fixed address: Cilium's reserved identities."""

    name: Literal["kube-apiserver", "nodes", "world"]
    """`nodes` is the pod's own node and the others; `world` is everything outside the cluster."""


@dataclass(frozen=True)
class Range:
    """Addresses outside the cluster."""

    network: IPv4Network


@dataclass(frozen=True)
class Host:
    """A host name outside the cluster; `*.` in front matches one or more labels."""

    name: str


Peer = Pods | Entity | Range | Host


@dataclass(frozen=True)
class Port:
    """A destination port: a number, the name of the destination's container port, or a range of numbers."""

    port: int | str
    protocol: Literal["TCP", "UDP"] = "TCP"
    end_port: int | None = None
    """Last of a range that begins with `port`."""

    @property
    def manifest(self) -> dict[str, Any]:
        """As NetworkPolicies have it."""
        last = {} if self.end_port is None else {"endPort": self.end_port}
        return {"port": self.port, **last, "protocol": self.protocol}

    def __str__(self) -> str:
        return f"{self.port}{'' if self.end_port is None else f'-{self.end_port}'}/{self.protocol}"


@dataclass(frozen=True)
class Flow:
    """Connections that must be possible, and why."""

    name: str
    """Unique; annotations of policies refer to it."""
    source: Peer
    destination: Peer
    ports: tuple[Port, ...]
    """At least one: a rule without ports would allow all of them."""
    reason: str

    def __post_init__(self) -> None:
        if not self.ports:
            raise ValueError(f"flow {self.name} has no port: a rule made from it would allow all")
