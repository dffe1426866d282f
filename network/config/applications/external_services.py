"""Hosts outside the cluster that routes lead to (SVC-1); Services of type ExternalName."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.hosts import BackendHost
from network.config.model import Finding, Model
from network.config.names import Name
from network.config.paths import PathPrefix
from network.config.quantities import Duration, seconds


class ExternalHealthCheck(Model):
    """Requests by which each replica of Traefik finds out whether the host serves; until it does again,
    requests get 503. Only here: of pods their readiness decides."""

    path: PathPrefix = "/"
    """What is asked for; below 400 is healthy."""
    interval: Duration = "10s"
    """Between two checks."""
    timeout: Duration = "5s"
    """After which a check has failed; shorter than the interval."""
    status: int | None = Field(default=None, ge=100, le=599)
    """The one status that counts as serving; where absent, any from 200 to 399."""

    @override
    def findings(self) -> Iterator[Finding]:
        if seconds(self.timeout) >= seconds(self.interval):
            yield Finding(
                ("timeout",),
                f"a check of {self.timeout} is not over when the next begins, after {self.interval}",
                "lower timeout or raise interval",
            )


class ExternalService(Model):
    """A host outside the cluster."""

    host: BackendHost
    """Its name in the DNS."""
    port: int = Field(default=443, ge=1, le=65535)
    """On which it listens."""
    scheme: Literal["http", "https"] = "https"
    """Whether Traefik speaks TLS with it."""
    pass_host_header: bool = False
    """The host sees the name that the client asked for, in place of its own."""
    transport: Name | None = None
    """One of the application's `transports`."""
    health_check: ExternalHealthCheck | None = None
