"""What answers a request: a workload's port, or a named service of the application."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model
from network.config.names import Name, PortName


class Backend(Model):
    """What answers a request: a port of a workload, or a service (exactly one)."""

    workload: Name | None = None
    """A workload of the same application; needs `port`."""
    port: PortName | None = None
    """Name of one of the workload's ports."""
    service: Name | None = None
    """One of the application's `services` or `externalServices`."""

    @override
    def findings(self) -> Iterator[Finding]:
        if (self.workload is None) == (self.service is None):
            given = "are both" if self.workload is not None else "is none"
            yield Finding(
                (),
                f"requests go to exactly one backend; here {given}",
                "give `workload` and `port`, or `service`",
            )
        elif self.workload is not None and self.port is None:
            yield Finding(("port",), "a workload is reached at one of its ports", "name the port")
        elif self.service is not None and self.port is not None:
            yield Finding(("port",), "a service brings its ports", "remove port")


class WeightedBackend(Backend):
    """A backend and its share."""

    weight: int = Field(ge=0, le=1_000_000)
    """Share of the requests, relative to the others; 0 gets none."""


class Mirror(Backend):
    """A backend that gets copies, whose answers are thrown away."""

    percent: int = Field(ge=0, le=100)
    """Share of the requests that is copied."""
