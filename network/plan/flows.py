"""Declared connectivity: the single source from which policies are generated."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal


@dataclass(frozen=True)
class Pods:
    """Pods of one namespace that carry all the labels."""

    namespace: str
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
    """A destination port: a number, or the name of the destination's container port."""

    port: int | str
    protocol: Literal["TCP", "UDP"] = "TCP"


@dataclass(frozen=True)
class Flow:
    """Connections that must be possible, and why."""

    name: str
    """Unique, a DNS label; policies are named after it."""
    source: Peer
    destination: Peer
    ports: tuple[Port, ...]
    reason: str
