"""Connections that workloads open, and those that they accept (SVC-3)."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from typing_extensions import override

from network.config.model import Finding, Model, refusal
from network.config.names import PORT_NAME, HostPattern, Name, PortName
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
