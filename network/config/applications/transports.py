"""Connections from Traefik to backends: pooling, timeouts, TLS (TRF-6); Traefik's ServersTransport."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import override

from network.config.crd_options import CrdOptions
from network.config.hosts import ServerName
from network.config.model import Finding, Model, at_least_one
from network.config.names import Name
from network.config.nearest import did_you_mean
from network.config.quantities import Duration
from network.config.tls import CIPHER_SUITES

_MODELLED = ("this option has a field of its own here", "write it beside `options`, without it")
REFUSED = {
    **dict.fromkeys(
        (
            "certificatesSecrets",
            "disableHTTP2",
            "forwardingTimeouts",
            "maxIdleConnsPerHost",
            "rootCAs",
            "serverName",
        ),
        _MODELLED,
    ),
    "insecureSkipVerify": (
        "it accepts any certificate, so anybody in between may answer for the backend",
        "name the backend's authority in rootCAs",
    ),
    "rootCAsSecrets": ("Traefik has given it up", "use rootCAs"),
    "spiffe": (
        "no SPIFFE workload API runs here, and without one Traefik drops all TLS settings of the transport",
        "use rootCAs, serverName and certificatesSecrets",
    ),
}
"""Options of the CRD that `options` does not take: key -> rule and fix."""

OF_APPLICATION = "of-application"
"""Name of the transport, and of the middleware, that hold for all of an application."""

VERSIONS = ("VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13")
"""TLS versions as Traefik spells them, rising."""

OtherOptions = Annotated[dict[str, Any], CrdOptions("ServersTransport", refused=REFUSED)]


class RootCA(Model):
    """An authority whose certificates are believed: one of the two, in the application's namespace."""

    secret: Name | None = None
    """Secret with the certificate under `ca.crt` or `tls.ca`."""
    config_map: Name | None = None
    """ConfigMap with the certificate under `ca.crt` or `tls.ca`."""

    @override
    def findings(self) -> Iterator[Finding]:
        if (self.secret is None) == (self.config_map is None):
            yield Finding((), "a certificate stands in exactly one object", "give either secret or configMap")


class ForwardingTimeouts(Model):
    """How long Traefik waits for a backend; what is absent keeps Traefik's own."""

    dial_timeout: Duration | None = None
    """For a connection; Traefik's own is 30s."""
    response_header_timeout: Duration | None = None
    """From the whole request to the answer's headers, then 504; Traefik's own is for ever."""
    idle_conn_timeout: Duration | None = None
    """That an idle connection is kept; Traefik's own is 90s. Backends must keep it longer: one that closes
    first fails the request that is then on its way."""
    read_idle_timeout: Duration | None = None
    """Without a frame on an HTTP/2 connection, after which it is pinged; Traefik's own is never."""
    ping_timeout: Duration | None = None
    """For that ping's answer; Traefik's own is 15s."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from at_least_one(self)


class Transport(Model):
    """How Traefik connects to the workloads that name it; what is absent keeps Traefik's own."""

    server_name: ServerName | None = None
    """Name that the backend's certificate must bear: Traefik connects to pods by address, which none
    bears."""
    root_cas: Annotated[tuple[RootCA, ...] | None, Field(alias="rootCAs", min_length=1)] = None
    """Authorities of the backends' certificates; where absent, the public ones."""
    certificates_secrets: Annotated[tuple[Name, ...] | None, Field(min_length=1)] = None
    """Secrets of type kubernetes.io/tls in the application's namespace, by which Traefik proves itself."""
    max_idle_conns_per_host: int | None = Field(default=None, ge=1, le=10_000)
    """Idle connections kept per pod and replica of Traefik; Traefik's own is 200."""
    disable_http2: bool | None = Field(default=None, alias="disableHTTP2")
    """Speak HTTP/1.1 to backends with TLS, also where they offer HTTP/2."""
    forwarding_timeouts: ForwardingTimeouts | None = None
    options: OtherOptions | None = None
    """Any other option of a ServersTransport, as its CRD spells it: cipherSuites, maxVersion, minVersion,
    peerCertURI."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from at_least_one(self)
        if self.options is not None:
            yield from _version_findings(self.options)
            yield from _suite_findings(self.options)

    @property
    def other_options(self) -> dict[str, Any]:
        """`options` as Traefik takes them: a lowest version without a highest would be above none, which
        drops all TLS settings of the transport."""
        options = self.options or {}
        return {**({"maxVersion": VERSIONS[-1]} if "minVersion" in options else {}), **options}


def _version_findings(options: dict[str, Any]) -> Iterator[Finding]:
    """Yield versions that Traefik drops, which it tells nobody but its log."""
    known = True
    for key in ("minVersion", "maxVersion"):
        if key in options and options[key] not in VERSIONS:
            known = False
            yield Finding(
                ("options", key),
                f"Traefik knows no such version, and would go on without {key}",
                did_you_mean(f"VersionTLS{str(options[key]).replace('.', '')[-2:]}", VERSIONS),
            )
    lowest, highest = options.get("minVersion"), options.get("maxVersion", VERSIONS[-1])
    if known and lowest == VERSIONS[-1] == highest:
        yield Finding(
            ("options", "minVersion"),
            "Traefik wants the lowest version below the highest, and drops all TLS settings of the transport "
            "where it is not; above 1.3 there is none",
            "remove minVersion: both sides take 1.3 where the backend has it; let the backend refuse less",
        )
    elif known and lowest and VERSIONS.index(lowest) >= VERSIONS.index(highest):
        yield Finding(
            ("options", "minVersion"),
            f"Traefik wants it below maxVersion ({highest}), and drops all TLS settings of the transport "
            "where it is not",
            "lower minVersion, or raise or remove maxVersion",
        )


def _suite_findings(options: dict[str, Any]) -> Iterator[Finding]:
    """Yield suites that Traefik drops, and those that protect no past traffic."""
    suites = options.get("cipherSuites")
    if suites == []:
        yield Finding(("options", "cipherSuites"), "it sets nothing", "name suites, or remove it")
    for index, suite in enumerate(suites or ()):
        if suite not in CIPHER_SUITES:
            yield Finding(
                ("options", "cipherSuites", index),
                "only forward-secret AEAD suites of TLS 1.2 that Go knows are accepted; "
                "those of 1.3 are fixed",
                did_you_mean(suite, CIPHER_SUITES),
            )
