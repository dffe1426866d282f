"""Logs and Kubernetes' Events: which are taken, and where they are kept (OBS-3)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, exactly_one, repeated
from network.config.names import Name
from network.config.observability.endpoints import OtlpEndpoint
from network.config.observability.storage import Storage


class InstalledStore(Model):
    """VictoriaLogs, released by the platform, with one volume."""

    storage: Storage = Field(default_factory=Storage)
    """A line of the access log is about 1 KB before it is compressed: 100 requests a second write 8.6 GB a
    day."""
    retention_days: int = Field(default=14, ge=1, le=3650)
    """Older days are deleted; so is the oldest one once the volume is nearly full."""


class LogStore(Model):
    """One of the two."""

    install: InstalledStore | None = None
    endpoint: OtlpEndpoint | None = None
    """A store that exists, such as Loki. Its credential is the secret `network:logsCredential`."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "logs are kept in a store of the platform's, or in one that exists")


class Logs(Model):
    """What is collected beside Traefik's log."""

    store: LogStore = Field(examples=[{"install": {}}])
    """Where lines are kept."""
    applications: tuple[Name, ...] = ()
    """Applications whose pods' output is taken too, as it is: what it says is theirs to answer for."""
    events: bool = True
    """Take Kubernetes' Events: what the cluster did to objects, refusals of pods included. There is no better
    trail (docs/facts/digitalocean.md#audit-log)."""
    user_names: Literal["drop", "keep"] = "drop"
    """Names of basic authentication's users in the access log; they are personal data, and passwords that
    were typed into the wrong field."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("applications", self.applications)
