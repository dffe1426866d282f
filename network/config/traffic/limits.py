"""How much passes, and from where (TRF-2, TRF-5)."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, TypeVar

from pydantic import Field
from typing_extensions import override

from network.config.headers import RequestHeader
from network.config.model import Finding, Model, at_least_one, exactly_one, repeated
from network.config.quantities import Duration, seconds
from network.config.ranges import AllowedClients, ClientRange
from network.config.traffic.roles import Guard, Limit

N = TypeVar("N", IPv4Network, IPv6Network)

MOST_DENIED = 100
"""Ranges of a deny list: each makes up to 32 of the allow list that Traefik walks through for a request."""


class IpStrategy(Model):
    """Which address counts as the client's."""

    depth: int = Field(default=0, ge=0, le=10)
    """Position in X-Forwarded-For from the right; 0 is the connection's own address."""
    excluded_ips: tuple[ClientRange, ...] | None = Field(default=None, alias="excludedIPs", min_length=1)
    """Take the first address of X-Forwarded-For, from the right, that is in none of these ranges."""
    ipv6_subnet: int | None = Field(default=None, ge=1, le=128)
    """Prefix by which IPv6 addresses count as one client; 64 is a household. Such addresses come from a CDN,
    or with `ingress.loadBalancer.ipv6`, where limits have 64 unless this says otherwise."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.depth and self.excluded_ips:
            yield Finding(
                ("excludedIPs",),
                "Traefik looks at depth alone where both are given",
                "remove one of the two",
            )

    @property
    def reads_forwarded(self) -> bool:
        """Whether X-Forwarded-For says whose address counts."""
        return self.depth > 0 or self.excluded_ips is not None


class SourceCriterion(Model):
    """What requests are counted by: exactly one of the three."""

    ip_strategy: IpStrategy | None = None
    request_header_name: RequestHeader | None = None
    """Requests with one value of this header are one source."""
    request_host: Literal[True] | None = None
    """Requests for one host are one source."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "a request is counted by exactly one thing")


class RateLimit(Limit):
    """Token bucket per source: `burst` at once, `average` per period in the long run; the rest is 429."""

    missed = "one client may ask as often as it likes"

    average: int = Field(ge=1, le=1_000_000)
    """Requests per period."""
    period: Duration = "1s"
    """Over which `average` counts."""
    burst: int = Field(ge=1, le=1_000_000)
    """Requests that a source may make at once after a pause."""
    source_criterion: SourceCriterion = Field(examples=[{"ipStrategy": {}}, {"requestHost": True}])
    """What requests are counted by."""
    shared: bool | None = None
    """Count in `network:traffic.redis`, once for all replicas of Traefik. Absent: where there is such a
    Redis. False: each replica counts for itself, so replicas times the average pass."""

    @property
    def per_second(self) -> float:
        """The average, per second."""
        return self.average / seconds(self.period)

    @property
    def memory_seconds(self) -> int:
        """Silence after which Traefik forgets a source, and gives it the whole burst again."""
        return 2 if self.per_second >= 1 else 1 + int(1 / self.per_second)

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


class InFlightReq(Limit):
    """Requests that one source may have open at a time; each Traefik replica counts for itself."""

    missed = "one client may ask as much at once as it likes"

    amount: int = Field(ge=1, le=1_000_000)
    """Further requests are answered 429."""
    source_criterion: SourceCriterion = Field(examples=[{"ipStrategy": {}}, {"requestHost": True}])
    """What requests are counted by; Traefik's own default is the host, which is everybody."""


class IpAllowList(Guard):
    """Only these ranges pass."""

    source_range: tuple[AllowedClients, ...] = Field(min_length=1)
    """Ranges of addresses that may pass."""
    ip_strategy: IpStrategy | None = None
    reject_status_code: int = Field(default=403, ge=400, le=599)
    """What everybody else is answered."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("sourceRange", self.source_range)


class IpDenyList(Model):
    """All but these ranges pass. No kind of Traefik's: an ipAllowList of everything else is made of it."""

    source_range: tuple[ClientRange, ...] = Field(min_length=1, max_length=MOST_DENIED)
    """Ranges of addresses that are kept out."""
    ip_strategy: IpStrategy | None = None
    reject_status_code: int = Field(default=403, ge=400, le=599)
    """What they are answered."""

    @override
    def findings(self) -> Iterator[Finding]:
        for index, network in enumerate(self.source_range):
            if network.prefixlen == 0:
                yield Finding(
                    ("sourceRange", index),
                    f"it keeps everybody out who comes by IPv{network.version}",
                    "name the ranges that are meant, or who may come, by an ipAllowList",
                )
            elif any(_within(network, other) for other in self.source_range[:index]):
                yield Finding(("sourceRange", index), "a range before it holds it", "remove it")

    @property
    def admitted(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The ranges of everybody else."""
        fours = [each for each in self.source_range if isinstance(each, IPv4Network)]
        sixes = [each for each in self.source_range if isinstance(each, IPv6Network)]
        return (*_but(IPv4Network("0.0.0.0/0"), fours), *_but(IPv6Network("::/0"), sixes))


def _within(network: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(other, IPv4Network) and network.subnet_of(other)
    return isinstance(other, IPv6Network) and network.subnet_of(other)


def _but(everything: N, denied: list[N]) -> list[N]:
    left = [everything]
    for network in denied:
        left = [
            part
            for each in left
            for part in (
                each.address_exclude(network)
                if network.subnet_of(each)
                else []
                if each.subnet_of(network)
                else [each]
            )
        ]
    return sorted(left)


class Buffering(Limit):
    """Limits of bodies, in bytes."""

    missed = "a request may be as large as it likes"

    max_request_body_bytes: int | None = Field(default=None, ge=0)
    """Largest request; a larger one is refused with 413. Bytes."""
    mem_request_body_bytes: int | None = Field(default=None, ge=0)
    """Of a request in memory; the rest goes to the pod's disk. Bytes."""
    max_response_body_bytes: int | None = Field(default=None, ge=0)
    """Largest answer; a larger one becomes 500. Bytes."""
    mem_response_body_bytes: int | None = Field(default=None, ge=0)
    """Of an answer in memory; the rest goes to the pod's disk. Bytes."""

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
