"""Services over services, Traefik's TraefikService (TRF-4): weights, copies, failover."""

from collections.abc import Iterator, Sequence

from pydantic import Field
from typing_extensions import override

from network.config.applications.backends import Backend, Mirror, WeightedBackend
from network.config.applications.servers import Sticky
from network.config.model import Finding, Location, Model, exactly_one, repeated
from network.config.traffic.answers import StatusCodes

SHARES = [
    {"workload": "web", "port": "http", "weight": 99},
    {"workload": "web-canary", "port": "http", "weight": 1},
]
COPY = {"workload": "web-canary", "port": "http", "percent": 10}
"""Examples in messages."""


class Weighted(Model):
    """Requests in proportion to weights: canary, blue/green.

    Exact and in turn, per replica of Traefik. A member without a ready pod keeps its share and answers it
    with 503; weight 0 takes it out, sticky clients included.
    """

    services: tuple[WeightedBackend, ...] = Field(examples=[SHARES])
    """Who share the requests, each with its weight."""
    sticky: Sticky | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        yield from _share_findings(self.services)


class HighestRandomWeight(Model):
    """Requests by hash of the client's address, in proportion to weights: without a cookie, a client stays
    with the same member on every replica of Traefik."""

    services: tuple[WeightedBackend, ...] = Field(examples=[SHARES])
    """Who share the clients, each with its weight."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from _share_findings(self.services)


def _share_findings(services: Sequence[WeightedBackend]) -> Iterator[Finding]:
    if len(services) < 2:
        yield Finding(
            ("services",),
            "shares are between two members or more",
            "add one, or let routes name the workload",
        )
    elif all(each.weight == 0 for each in services):
        yield Finding(
            ("services",),
            "with every weight 0 each request is answered with 503",
            "give one of them a weight above 0",
        )
    yield from _repeated_members("services", services)


def _repeated_members(key: str, members: Sequence[Backend]) -> Iterator[Finding]:
    """Yield a finding for each member that stands there before: Traefik keeps one share per name."""
    targets = tuple((each.workload, each.port, each.service) for each in members)
    for found in repeated(key, targets):
        yield Finding(found.location, "the member is in the list twice", found.fix)


class Mirroring(Backend):
    """Requests go to the backend; copies of some go to mirrors, which delay and change no answer."""

    mirrors: tuple[Mirror, ...] = Field(min_length=1, examples=[[COPY]])
    """Who get copies of the requests, whose answers nobody sees."""
    mirror_body: bool = True
    """Copies carry the request's body."""
    max_body_size: int = Field(default=1_048_576, ge=0)
    """Bytes; a request with a larger body is not copied. Bodies to copy are held in memory."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from super().findings()
        yield from _repeated_members("mirrors", self.mirrors)


class FailoverErrors(Model):
    """Which answers of the service send a request to the fallback."""

    status: tuple[StatusCodes, ...] = ("502-504",)
    """Traefik itself answers 502 where a pod refuses, 503 where none is ready, 504 where one is late."""
    max_request_body_bytes: int = Field(default=1_048_576, ge=0)
    """Bodies are kept in memory for the fallback; a request with a larger one is answered with 413."""

    @override
    def findings(self) -> Iterator[Finding]:
        if not any(_covers(codes, 503) for codes in self.status):
            yield Finding(
                ("status",),
                "without 503, which Traefik answers while no pod is ready, nothing fails over",
                'add "503"',
            )


def _covers(codes: str, code: int) -> bool:
    first, _, last = codes.partition("-")
    return int(first) <= code <= int(last or first)


class Failover(Model):
    """Requests go to the service; those that it fails are sent again, to the fallback.

    Those are sent twice whatever their method: behind it belongs what may be repeated.
    """

    service: Backend = Field(examples=[{"workload": "web", "port": "http"}])
    fallback: Backend = Field(examples=[{"workload": "web-spare", "port": "http"}])
    errors: FailoverErrors = Field(default_factory=FailoverErrors)


class Service(Model):
    """A service over backends: exactly one of the kinds."""

    weighted: Weighted | None = None
    highest_random_weight: HighestRandomWeight | None = None
    mirroring: Mirroring | None = None
    failover: Failover | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "a service is of exactly one kind")

    def backends(self) -> Iterator[tuple[Location, Backend]]:
        """Yield each backend and where it stands in this service."""
        if self.weighted is not None:
            yield from _located(("weighted", "services"), self.weighted.services)
        if self.highest_random_weight is not None:
            yield from _located(("highestRandomWeight", "services"), self.highest_random_weight.services)
        if self.mirroring is not None:
            yield ("mirroring",), self.mirroring
            yield from _located(("mirroring", "mirrors"), self.mirroring.mirrors)
        if self.failover is not None:
            yield ("failover", "service"), self.failover.service
            yield ("failover", "fallback"), self.failover.fallback


def _located(here: Location, members: Sequence[Backend]) -> Iterator[tuple[Location, Backend]]:
    for index, member in enumerate(members):
        yield (*here, index), member
