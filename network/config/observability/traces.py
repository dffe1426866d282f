"""Traces of requests: how many are kept, and where they are sent (OBS-2)."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, repeated
from network.config.names import Name
from network.config.observability.endpoints import OtlpEndpoint


class Traces(Model):
    """Spans of Traefik, and of applications that send theirs."""

    endpoint: OtlpEndpoint
    """Where they are sent, such as Tempo. Its credential is the secret `network:tracesCredential`."""
    ratio: float = Field(default=0.1, ge=0.0001, le=1)
    """Share of traces that is kept, whole ones. The collector draws it, whatever callers ask for: a header of
    theirs makes Traefik trace a request. It draws in steps of 1/16384
    (docs/facts/observability.md#sampler-of-the-collector)."""
    applications: tuple[Name, ...] = ()
    """Applications whose pods may send spans to the collector."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("applications", self.applications)
