"""How much passes, and from where (TRF-2, TRF-5)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, at_least_one, exactly_one, repeated
from network.config.quantities import Duration, seconds
from network.config.ranges import AllowedRange


class IpStrategy(Model):
    """Which address counts as the client's."""

    depth: int = Field(default=0, ge=0, le=10)
    """Position in X-Forwarded-For from the right; 0 is the connection's own address."""


class SourceCriterion(Model):
    """What requests are counted by: exactly one of the three."""

    ip_strategy: IpStrategy | None = None
    request_header_name: str | None = Field(default=None, min_length=1)
    request_host: Literal[True] | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "a request is counted by exactly one thing")


class RateLimit(Model):
    """Token bucket per source, counted per Traefik replica."""

    average: int = Field(ge=1, le=1_000_000)
    """Requests per period."""
    period: Duration = "1s"
    burst: int = Field(ge=1, le=1_000_000)
    source_criterion: SourceCriterion
    """Always explicit."""

    @override
    def findings(self) -> Iterator[Finding]:
        period = seconds(self.period)
        if period == 0:
            yield Finding(("period",), "a period of 0 counts nothing", "write it like `1s`")
            return
        steady = self.average / period
        if self.burst < steady:
            yield Finding(
                ("burst",),
                f"a burst below one second's requests ({steady:g}) refuses the average itself",
                f"set {-(-self.average // period):g} or more",
            )
        if self.burst > 100 * max(self.average, steady):
            yield Finding(
                ("burst",),
                "a burst of more than 100 times the average limits nobody",
                "lower burst or raise average",
            )


class IpAllowList(Model):
    """Only these ranges pass."""

    source_range: tuple[AllowedRange, ...] = Field(min_length=1)
    ip_strategy: IpStrategy | None = None
    reject_status_code: int = Field(default=403, ge=400, le=599)

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("sourceRange", self.source_range)


class Buffering(Model):
    """Limits of bodies, in bytes."""

    max_request_body_bytes: int | None = Field(default=None, ge=0)
    mem_request_body_bytes: int | None = Field(default=None, ge=0)
    max_response_body_bytes: int | None = Field(default=None, ge=0)
    mem_response_body_bytes: int | None = Field(default=None, ge=0)

    @override
    def findings(self) -> Iterator[Finding]:
        yield from at_least_one(self)
        for key, memory, most in (
            (
                "memRequestBodyBytes",
                self.mem_request_body_bytes,
                self.max_request_body_bytes,
            ),
            (
                "memResponseBodyBytes",
                self.mem_response_body_bytes,
                self.max_response_body_bytes,
            ),
        ):
            if memory and most and memory > most:
                yield Finding((key,), f"more in memory than is let through ({most})", "lower it")
