"""Applications: namespaces, workloads, routes and whom they talk to (SVC-3, SVC-4)."""

from ipaddress import IPv4Network
from typing import Literal

from pydantic import Field

from network.config.model import Model
from network.config.quantities import Cpu, Memory


class Port(Model):
    """A port that a workload listens on."""

    port: int = Field(ge=1, le=65535)
    protocol: Literal["TCP", "UDP"] = "TCP"


class Workload(Model):
    """Pods of one kind. The Deployment belongs to the application's team; the Service to the platform."""

    labels: dict[str, str] = Field(min_length=1)
    """Labels that select the pods."""
    ports: dict[str, Port] = Field(default_factory=dict)
    """Ports by name."""


class Route(Model):
    """Requests from the internet to a workload."""

    host: str
    """Host name; inside the zone it is covered by the wildcard certificate."""
    path_prefix: str = "/"
    workload: str
    port: str
    """Name of one of the workload's ports."""
    chain: str | None = None


class Talk(Model):
    """A connection that a workload opens: to a workload, a host or a range (exactly one)."""

    application: str | None = None
    """Application of `workload`; the same one when absent."""
    workload: str | None = None
    host: str | None = None
    """Host name outside the cluster; `*.` in front matches one or more labels. Needs `cni: cilium`."""
    range: IPv4Network | None = None
    """Addresses outside the cluster."""
    port: str | int
    """Name of the destination workload's port, or a number."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    reason: str
    """Why the connection is needed; stands in the generated policy."""


class Quota(Model):
    """ResourceQuota and LimitRange of the namespace; the owner's defaults."""

    pods: int = Field(default=50, ge=1)
    cpu_requests: Cpu = "4"
    memory_requests: Memory = "8Gi"
    default_cpu_request: Cpu = "100m"
    default_memory_request: Memory = "256Mi"
    default_cpu_limit: Cpu = "500m"
    default_memory_limit: Memory = "512Mi"


class Application(Model):
    """One application."""

    namespace: str | None = None
    """Namespace; the application's name when absent."""
    create_namespace: bool = True
    """False adopts a namespace that exists: it is labelled and gets policies, and outlives `destroy`."""
    pod_security: Literal["restricted", "baseline"] = "restricted"
    workloads: dict[str, Workload] = Field(default_factory=dict)
    routes: dict[str, Route] = Field(default_factory=dict)
    talks_to: dict[str, tuple[Talk, ...]] = Field(default_factory=dict)
    """Connections by the workload that opens them."""
    quota: Quota = Field(default_factory=Quota)
