"""Where logs and traces are sent: receivers of OTLP by HTTP, in the cluster or outside (OBS-2, OBS-3)."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from typing_extensions import override

from network.config.hosts import Host, inside_cluster
from network.config.model import Finding, Model, refusal
from network.config.pods import Pods
from network.config.urls import HttpsUrl

_LOKI_PUSH = "/loki/api/v1/push"
_SERVICE = re.compile(r"[a-z0-9-]+\.(?P<namespace>[a-z0-9-]+)\.svc(\.cluster\.local)?")


def _base(url: str) -> str:
    """Return the URL, or raise where its path is not the one below which OTLP's own stand."""
    if url.rstrip("/").endswith(_LOKI_PUSH):
        raise refusal(
            "this is Loki's own way of pushing, and the collector speaks OTLP",
            f"write `{url.rstrip('/').removesuffix(_LOKI_PUSH)}/otlp`, where Loki takes it",
        )
    below = re.fullmatch(r"(.*?)/+(v1/(logs|traces|metrics))?/*", url)
    if below is not None:
        raise refusal("what follows the base, `/v1/logs` or `/v1/traces`, is added", f"write `{below[1]}`")
    return url


OtlpUrl = Annotated[
    str,
    HttpsUrl(
        Host(
            inside=None,
            address="give the receiver a name: its certificate is checked by it",
            wildcard="name one host",
            example="otlp.example.org",
        ),
        rule="an endpoint of OTLP is a URL with its scheme: without one nothing is sent, and nobody is told",
        example="https://otlp.example.org",
        plain=True,
    ),
    AfterValidator(_base),
]
"""Base URL of a receiver, below which OTLP's paths stand: what other programs take as
OTEL_EXPORTER_OTLP_ENDPOINT."""


class OtlpEndpoint(Model):
    """A receiver of OTLP by HTTP that somebody else runs: a store, another collector, a service outside.

    Loki takes it below `/otlp`, VictoriaLogs below `/insert/opentelemetry`.
    """

    url: OtlpUrl
    """Base URL; outside the cluster by https:// only."""
    pods: Pods | None = None
    """Of a receiver in the cluster, the pods behind its Service: policies open connections to pods."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """Port that these pods listen on, where their Service has another."""

    scheme: Literal["Bearer", "Basic"] = "Bearer"
    """What stands before the credential, where one is given. That of `Basic` is user, colon and password in
    base64."""

    @property
    def host(self) -> str:
        """Host of the URL."""
        return str(urlsplit(self.url).hostname)

    @property
    def reached_port(self) -> int:
        """Port that is connected to, past a Service in between."""
        url = urlsplit(self.url)
        return self.port or url.port or (443 if url.scheme == "https" else 80)

    @override
    def findings(self) -> Iterator[Finding]:
        if inside_cluster(self.host):
            yield from self._inside_findings()
            return
        if self.pods is not None or self.port is not None:
            yield Finding(
                ("pods" if self.pods is not None else "port",),
                f"{self.host} is outside the cluster, where no pods are",
                "remove it, or let the URL name a Service: `http://<service>.<namespace>.svc.cluster.local`",
            )
        if self.url.startswith("http://"):
            yield Finding(
                ("url",),
                "outside the cluster logs and traces travel encrypted: they tell who asked for what",
                f"write `https://{self.url.removeprefix('http://')}`, or the whole name of a Service: "
                "`http://<service>.<namespace>.svc.cluster.local`",
            )

    def _inside_findings(self) -> Iterator[Finding]:
        service = _SERVICE.fullmatch(self.host)
        if service is None:
            yield Finding(
                ("url",),
                f"{self.host} is no whole name of a Service",
                "write it like `http://loki.logs.svc.cluster.local:3100/otlp`",
            )
        elif self.pods is None:
            yield Finding(
                ("pods",),
                "policies open connections to pods, and nothing says which stand behind the Service",
                f"give `pods`: `namespace: {service['namespace']}` and the labels that the Service selects",
            )
        elif self.pods.namespace != service["namespace"]:
            yield Finding(
                ("pods", "namespace"),
                f"the Service is in {service['namespace']}, and leads to pods of its own namespace only",
                f"write `namespace: {service['namespace']}`",
            )
