"""Applications: namespaces, workloads, routes and whom they talk to (SVC-3, SVC-4)."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from typing_extensions import override

from network.config.model import Finding, Location, Model, refusal, repeated
from network.config.names import (
    PORT_NAME,
    HostName,
    HostPattern,
    LabelKey,
    LabelValue,
    Name,
    PortName,
)
from network.config.nearest import did_you_mean
from network.config.paths import PathPrefix
from network.config.pods import Pods
from network.config.quantities import Cpu, Memory, mebibytes, millicores, over_limit
from network.config.ranges import Range
from network.config.text import Form

Reason = Annotated[
    str,
    Form(
        pattern=r"\S[^\n]{3,}",
        rule="a reason says in a few words on one line why the connection is needed",
        fix="write it like `reads orders`",
    ),
]


def _port_reference(given: Any) -> str | int:
    named = isinstance(given, str) and re.fullmatch(PORT_NAME, given) and len(given) <= 15
    numbered = isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= 65535
    if not named and not numbered:
        raise refusal("a port is a name or a number from 1 to 65535", "write it like `http` or `443`")
    return given


PortReference = Annotated[
    str | int,
    PlainValidator(_port_reference, json_schema_input_type=PortName | Annotated[int, Field(ge=1, le=65535)]),
]


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


class Route(Model):
    """Requests from the internet to a workload."""

    host: HostName
    """Host name; inside the zone it is covered by the wildcard certificate."""
    path_prefix: PathPrefix = "/"
    workload: Name
    port: PortName
    """Name of one of the workload's ports."""
    chain: Name | None = None


class Talk(Model):
    """A connection that a workload opens: to a workload, pods, a host or a range (exactly one)."""

    application: Name | None = None
    """Application of `workload`; the same one when absent."""
    workload: Name | None = None
    pods: Pods | None = None
    """Pods that others run in this cluster."""
    host: HostPattern | None = None
    """Host name outside the cluster; `*.` in front matches one or more labels. Needs `cni: cilium`."""
    range: Range | None = None
    """Addresses outside the cluster."""
    port: PortReference
    """Name of the destination workload's port, or a number."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    reason: Reason
    """Why the connection is needed; stands in the generated policy."""

    @override
    def findings(self) -> Iterator[Finding]:
        destinations = ("workload", "pods", "host", "range")
        given = [key for key in destinations if getattr(self, key) is not None]
        if len(given) != 1:
            yield Finding(
                (),
                "a connection has exactly one destination; here "
                + (f"are {' and '.join(given)}" if given else "is none"),
                f"give one of: {', '.join(destinations)}",
            )
        elif self.workload is None:
            if self.application is not None:
                yield Finding(
                    ("application",),
                    "only a workload belongs to an application",
                    "remove application, or name its workload",
                )
            if isinstance(self.port, str):
                yield Finding(
                    ("port",),
                    "only a workload's ports have names",
                    "give the port's number",
                )


class Accept(Model):
    """A connection that a workload accepts from outside the applications: from pods or a range.

    Connections between applications are declared where they are opened, in `talksTo`.
    """

    pods: Pods | None = None
    """Pods that others run in this cluster."""
    range: Range | None = None
    """Addresses outside the cluster, such as Droplets of the VPC."""
    port: PortName
    """Name of one of the workload's ports."""
    reason: Reason
    """Why the connection is needed; stands in the generated policy."""

    @override
    def findings(self) -> Iterator[Finding]:
        if (self.pods is None) == (self.range is None):
            yield Finding((), "a connection has exactly one source", "give either pods or range")


class Quota(Model):
    """ResourceQuota and LimitRange of the namespace; the owner's defaults."""

    pods: int = Field(default=50, ge=1)
    cpu_requests: Cpu = "4"
    memory_requests: Memory = "8Gi"
    default_cpu_request: Cpu = "100m"
    default_memory_request: Memory = "256Mi"
    default_cpu_limit: Cpu = "500m"
    default_memory_limit: Memory = "512Mi"

    @override
    def findings(self) -> Iterator[Finding]:
        if millicores(self.default_cpu_request) > millicores(self.default_cpu_limit):
            yield over_limit(
                "defaultCpuRequest",
                self.default_cpu_request,
                "defaultCpuLimit",
                self.default_cpu_limit,
            )
        if mebibytes(self.default_memory_request) > mebibytes(self.default_memory_limit):
            yield over_limit(
                "defaultMemoryRequest",
                self.default_memory_request,
                "defaultMemoryLimit",
                self.default_memory_limit,
            )
        if millicores(self.default_cpu_request) > millicores(self.cpu_requests):
            yield _no_pod_fits("cpuRequests", "defaultCpuRequest")
        if mebibytes(self.default_memory_request) > mebibytes(self.memory_requests):
            yield _no_pod_fits("memoryRequests", "defaultMemoryRequest")


def _no_pod_fits(total: str, each: str) -> Finding:
    return Finding(
        (total,),
        f"not even one pod with {each} fits in it",
        f"raise {total} or lower {each}",
    )


class Application(Model):
    """One application."""

    namespace: Name | None = None
    """Namespace; the application's name when absent."""
    create_namespace: bool = True
    """False adopts a namespace that exists: it is labelled and gets policies, and outlives `destroy`."""
    pod_security: Literal["restricted", "baseline"] = "restricted"
    workloads: dict[Name, Workload] = Field(default_factory=dict)
    routes: dict[Name, Route] = Field(default_factory=dict)
    talks_to: dict[Name, tuple[Talk, ...]] = Field(default_factory=dict)
    """Connections by the workload that opens them."""
    accepts_from: dict[Name, tuple[Accept, ...]] = Field(default_factory=dict)
    """Connections from outside the applications, by the workload that accepts them."""
    policies: Literal["enforce", "report"] = "enforce"
    """`report` isolates nothing and lets Cilium's verdicts tell what `enforce` would cut: for bringing in a
    namespace whose pods already run."""
    quota: Quota = Field(default_factory=Quota)

    @override
    def findings(self) -> Iterator[Finding]:
        yield from self._selector_findings()
        for name, route in self.routes.items():
            yield from self._route_findings(("routes", name), route)
        for name, talks in self.talks_to.items():
            if name not in self.workloads:
                yield unknown(("talksTo", name), "workload", name, self.workloads)
            for found in repeated(name, talks):
                yield Finding(
                    ("talksTo", *found.location),
                    "the connection is declared twice",
                    found.fix,
                )
        for name, accepts in self.accepts_from.items():
            yield from self._accept_findings(("acceptsFrom", name), name, accepts)

    def _accept_findings(self, here: Location, name: str, accepts: tuple[Accept, ...]) -> Iterator[Finding]:
        workload = self.workloads.get(name)
        if workload is None:
            yield unknown(here, "workload", name, self.workloads)
            return
        for index, accept in enumerate(accepts):
            if accept.port not in workload.ports:
                yield unknown((*here, index, "port"), "port of the workload", accept.port, workload.ports)

    def _selector_findings(self) -> Iterator[Finding]:
        for name, workload in self.workloads.items():
            for other, others in self.workloads.items():
                if name != other and workload.labels.items() <= others.labels.items():
                    yield Finding(
                        ("workloads", name, "labels"),
                        f"they select the pods of {other} too",
                        "add a label that only this workload's pods have",
                    )

    def _route_findings(self, here: tuple[str, ...], route: Route) -> Iterator[Finding]:
        workload = self.workloads.get(route.workload)
        if workload is None:
            yield unknown((*here, "workload"), "workload", route.workload, self.workloads)
        elif route.port not in workload.ports:
            yield unknown((*here, "port"), "port of the workload", route.port, workload.ports)
        elif workload.ports[route.port].protocol != "TCP":
            yield Finding((*here, "port"), "routes carry HTTP, which needs TCP", "name a TCP port")


def unknown(location: tuple[str | int, ...], kind: str, name: str, known: Mapping[str, object]) -> Finding:
    """Return the finding that a name refers to nothing."""
    return Finding(location, f"no {kind} is named {name}", did_you_mean(name, known))
