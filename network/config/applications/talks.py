"""Connections that workloads open, and those that they accept (SVC-3, POL-7)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from network.config.hosts import TalkHost
from network.config.model import Finding, Model, repeated
from network.config.names import Name, PortName, PortReference
from network.config.pods import Pods
from network.config.port_ranges import Located, PortItem, located, overlaps, span
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
    """Name of the destination workload's port, or a number. It or `ports` is required, but for the API
    server."""
    ports: tuple[PortItem, ...] | None = Field(default=None, min_length=1)
    """Several at once: names, numbers, and ranges such as `8000-8010`."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    """Of the ports that are given by number."""
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
            for location, reference in self.located_ports():
                if span(reference) is None:
                    yield Finding(location, "only a workload's ports have names", "give the port's number")
        else:
            for location, reference in self.located_ports():
                if isinstance(reference, str) and span(reference) is not None:
                    yield Finding(
                        location,
                        "a workload says itself which of its ports are a range",
                        "name that port; it has an endPort",
                    )
        yield from overlaps(("ports",), self.ports or ())
        if self.port is not None and self.ports is not None:
            yield Finding(("port",), "ports are given one way", "add it to `ports`, or remove those")
        if self.entity == "kube-apiserver":
            for location in {location[:1] for location, _ in self.located_ports()}:
                yield Finding(
                    location,
                    "which port the API server listens on behind its Service is DigitalOcean's to choose",
                    f"remove {location[0]}: the platform opens those that it may be",
                )
        elif self.port is None and self.ports is None:
            yield Finding(("port",), "required, but absent", "add it, such as `port: 443`")
        if self.entity == "kube-apiserver" and self.protocol != "TCP":
            yield Finding(("protocol",), "the API server speaks TCP", "remove protocol")

    def located_ports(self) -> tuple[Located[PortReference], ...]:
        """Return every name, number or range of ports, with where it stands."""
        return located(self.port, self.ports)


class Accept(Model):
    """A connection that a workload accepts from outside the applications: from pods, a range or an entity.

    Connections between applications are declared where they are opened, in `talksTo`.
    """

    pods: Pods | None = None
    """Pods that others run in this cluster."""
    range: Range | None = None
    """Addresses outside the cluster, such as Droplets of the VPC."""
    entity: Literal["kube-apiserver", "nodes"] | None = None
    """The API server, which calls admission webhooks and APIs that pods serve; or what runs on the nodes."""
    port: PortName | None = None
    """Name of one of the workload's ports."""
    ports: tuple[PortName, ...] | None = Field(default=None, min_length=1)
    """Names of several of them."""
    reason: Reason
    """Why the connection is needed; stands in the generated policy."""

    @override
    def findings(self) -> Iterator[Finding]:
        if sum(each is not None for each in (self.pods, self.range, self.entity)) != 1:
            yield Finding((), "a connection has exactly one source", "give one of: pods, range, entity")
        if (self.port is None) == (self.ports is None):
            given = "both are" if self.port is not None else "none is"
            yield Finding(
                ("port",), f"ports are given one way; here {given}", "give `port`, or several as `ports`"
            )
        yield from repeated("ports", self.ports or ())

    def located_ports(self) -> tuple[Located[str], ...]:
        """Return the name of every port, with where it stands."""
        return located(self.port, self.ports)
