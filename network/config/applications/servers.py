"""How Traefik spreads requests over the pods of one workload (ING-3)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.applications.matchers import CookieName
from network.config.model import Finding, Model
from network.config.names import Name
from network.config.paths import PathPrefix
from network.config.quantities import Duration


class Cookie(Model):
    """The cookie that brings a client back to where it was before."""

    name: CookieName
    """Of the cookie that Traefik sets."""
    secure: bool = True
    """Sent over HTTPS only, which is all that routes answer on."""
    http_only: bool = True
    """Hidden from scripts of the page."""
    same_site: Literal["none", "lax", "strict"] = "lax"
    """With which requests from other sites browsers send it."""
    max_age: int = Field(default=0, ge=0, le=31_536_000)
    """Seconds that the cookie lives; 0 ends it with the browser."""
    path: PathPrefix | None = None
    """The part of the host that gets the cookie; where absent, all of it."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.same_site == "none" and not self.secure:
            yield Finding(
                ("sameSite",),
                "browsers refuse a cookie with `sameSite: none` that is not secure",
                "set `secure: true`, or `sameSite: lax`",
            )


class Sticky(Model):
    """Sticky sessions: a client stays where its first request went, as long as that serves."""

    cookie: Cookie


class PassiveHealthCheck(Model):
    """Takes out a pod whose answers fail, though it says it is ready; per replica of Traefik.

    A pod fails by not answering or by a status of 500 or above. Once every pod has failed, requests get 503
    until the window ends.
    """

    max_failed_attempts: int = Field(default=3, ge=1, le=1000)
    """Failures in a row within the window."""
    failure_window: Duration = "10s"
    """Time in which they must fall, and for which the pod is then left alone."""


class Balancing(Model):
    """Between Traefik and a workload's pods. Stands at the workload, since Traefik keeps one set per Service:
    of two that differ it would use either."""

    strategy: Literal["wrr", "p2c", "hrw", "leasttime"] = "wrr"
    """In turn; the less busy of two; by hash of the client's address; the quickest and least busy."""
    sticky: Sticky | None = None
    """A client comes back to the same pod."""
    passive_health_check: PassiveHealthCheck | None = None
    native_lb: bool = Field(default=False, alias="nativeLB")
    """Leave the choice of the pod to Kubernetes: Traefik connects to the Service's address."""
    pass_host_header: bool = True
    """The workload sees the host that the client asked for."""
    flush_interval: Duration | None = None
    """How long parts of an answer may be held back; Traefik's own is 100ms."""
    transport: Name | None = None
    """One of the application's `transports`."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.native_lb and (self.strategy != "wrr" or self.sticky or self.passive_health_check):
            yield Finding(
                ("nativeLB",),
                "with one address for all pods there is nothing to choose from, to stick to or to take out",
                "remove nativeLB, or strategy, sticky and passiveHealthCheck",
            )
