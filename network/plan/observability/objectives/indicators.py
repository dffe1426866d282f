"""What an objective counts: events, and which of them are errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from network.config.observability.objectives import Latency, Objective, Throughput
from network.plan.model.promql import up_to

REQUESTS = "traefik_router_requests_total"
DURATION = "traefik_router_request_duration_seconds"
"""Routers' metrics stand outside all of their middlewares: what a retry has healed is no failure, as the
client sees it."""

Kind = Literal["availability", "latency", "throughput"]

_FAILURES = ("5..", "2", "4", "12", "13", "14", "15")
"""Of HTTP and, in one or two digits, of gRPC: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL,
UNAVAILABLE and DATA_LOSS, which stand for a 5xx (google/rpc/code.proto). Of calls of gRPC Traefik gives the
latter as `code`."""

_TWINS = {404: "5", 429: "8", 499: "1"}
"""Codes of gRPC that stand for those of HTTP: NOT_FOUND, RESOURCE_EXHAUSTED, CANCELLED
(google/rpc/code.proto). """


@dataclass(frozen=True)
class Indicator:
    """Errors and events of one promise, per second."""

    kind: Kind
    name: str
    """Unique in its objective: `availability`, `latency-300ms`, `throughput`."""
    target: float
    """Percentage of events that are no errors."""
    errors: str
    """Expression with `WINDOW` in place of the window."""
    events: str
    minimum: int
    """Events in a window, below which it tells nothing."""

    @property
    def sampled(self) -> bool:
        """Whether an event is a look at the present, of which windows are made by adding up."""
        return self.kind == "throughput"

    def over(self, window: str) -> tuple[str, str]:
        """Return the rates of errors and of events over a window."""
        return self.errors.replace("WINDOW", window), self.events.replace("WINDOW", window)


def indicators(objective: Objective, routers: str) -> Iterator[Indicator]:
    """Yield what is counted for each promise of the objective. `routers`: matchers of its routers."""
    failures = "|".join((*_FAILURES, *(f"{code}|{_TWINS[code]}" for code in objective.also_failures)))
    if objective.availability is not None:
        events = f"sum(rate({REQUESTS}{{{routers}}}[WINDOW]))"
        failed = f'sum(rate({REQUESTS}{{{routers},code=~"{failures}"}}[WINDOW]))'
        yield Indicator(
            "availability",
            "availability",
            objective.availability,
            # Without a failure there is no series of failures: that is none of them, not nothing known.
            errors=f"({failed} or 0 * {events})",
            events=events,
            minimum=objective.minimum_requests,
        )
    for latency in objective.latency:
        yield _latency(latency, f'{routers},protocol="http",code!~"{failures}"', objective.minimum_requests)
    if objective.throughput is not None:
        yield _throughput(objective.throughput, routers)


def _latency(latency: Latency, answered: str, minimum: int) -> Indicator:
    events = f"sum(rate({DURATION}_count{{{answered}}}[WINDOW]))"
    in_time = f"sum(rate({DURATION}_bucket{{{answered},{up_to(latency.seconds)}}}[WINDOW]))"
    return Indicator(
        "latency",
        f"latency-{latency.within}",
        latency.target,
        # Sums of many fractions differ in their last digits.
        errors=f"clamp_min({events} - {in_time}, 0)",
        events=events,
        minimum=minimum,
    )


def _throughput(throughput: Throughput, routers: str) -> Indicator:
    # Without a request there is no series of requests; that nothing is known shows in the scrapes, of which
    # `delta` wants two, as `rate` does. Where none was in the window's first minute, as after a start of
    # Prometheus, `rate` sees a part of the window and tells too little.
    scraped = 'up{job="traefik"}'
    seen = (
        f"((sum(rate({REQUESTS}{{{routers}}}[5m])) or 0 * sum(delta({scraped}[5m]))) "
        f"and sum(present_over_time({scraped}[1m] offset 4m)))"
    )
    broken = [
        f"({seen} {comparison} bool {bound:g})"
        for comparison, bound in (("<", throughput.at_least), (">", throughput.at_most))
        if bound is not None
    ]
    return Indicator(
        "throughput",
        "throughput",
        throughput.target,
        errors=f"({' + '.join(broken)})",
        events=f"(0 * {seen} + 1)",
        minimum=0,
    )
