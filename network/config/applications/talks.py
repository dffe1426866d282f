"""Connections that workloads open, and those that they accept (SVC-3)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from typing_extensions import override

from network.config.hosts import TalkHost
from network.config.model import Finding, Model
from network.config.names import Name, PortName, PortReference
from network.config.pods import Pods
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


class Talk(Model):
    """A connection that a workload opens: to a workload, pods, a host, a range or an entity (exactly one)."""

    application: Name | None = None
    """Application of `workload`; the same one when absent."""
    workload: Name | None = None
    """Of the other application; with a port by name it is needed."""
    pods: Pods | None = None
    """Pods that others run in this cluster."""
    host: TalkHost | None = None
    """Host name outside the cluster; `*.` in front matches one or more labels. Needs `cni: cilium`."""
    range: Range | None = None
    """Addresses outside the cluster."""
    entity: Literal["kube-apiserver", "nodes"] | None = None
    """The API server, or the nodes of the cluster: neither has an address that policies could name."""
    port: PortReference | None = None
    """Name of the destination workload's port, or a number; required, but for the API server."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    """Of the port, where it is given by number."""
    reason: Reason
    """Why the connection is needed; stands in the generated policy."""

    @override
    def findings(self) -> Iterator[Finding]:
        destinations = ("workload", "pods", "host", "range", "entity")
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
        if self.entity == "kube-apiserver" and self.port is not None:
            yield Finding(
                ("port",),
                "which port the API server listens on behind its Service is DigitalOcean's to choose",
                "remove port: the platform opens those that it may be",
            )
        elif self.entity != "kube-apiserver" and self.port is None:
            yield Finding(("port",), "required, but absent", "add it, such as `port: 443`")
        if self.entity == "kube-apiserver" and self.protocol != "TCP":
            yield Finding(("protocol",), "the API server speaks TCP", "remove protocol")


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
