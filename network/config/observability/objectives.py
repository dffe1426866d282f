"""Service level objectives: what a host or a route promises (OBS-8)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from typing_extensions import override

from network.config.hosts import RouteHost
from network.config.model import Finding, Model, refusal, repeated
from network.config.quantities import seconds
from network.config.text import Form

FASTEST_PAGE_PER_DAY = 0.02 * 24
"""Times the days of the window: how many times as fast as it lasts a budget must burn before the fastest page
comes, which waits for 2 % of it in an hour (Google's SRE workbook, chapter 5)."""

MOST_REQUESTS = 1_000_000
"""Per second, that the largest load balancer takes: 100 nodes with 10,000 each (docs.digitalocean.com, load
balancers, limits)."""

RouteName = Annotated[
    str,
    Form(
        pattern=r"[a-z0-9-]+/[a-z0-9-]+",
        rule="a route is named by its application and its own name",
        fix="write it like `shop/web`",
        longest=127,
    ),
]
"""`<application>/<route>`."""

Within = Annotated[
    str,
    Form(
        pattern=r"[1-9][0-9]{0,3}ms|([1-9]|[1-5][0-9]|60)s",
        rule="a time to answer in is a whole number of milliseconds, or of seconds up to 60",
        fix="write it like `300ms` or `2s`",
        longest=6,
    ),
]
"""Time within which a request is answered."""


def _told(percent: float) -> float:
    if round(percent, 5) != percent:
        raise refusal(
            "a promise has five digits after the point at most: tables and rules write no more",
            f"write `{min(round(percent, 5), 99.99999):.7g}`",
        )
    return percent


Percent = Annotated[float, Field(gt=0, lt=100, examples=[99.9, 99]), AfterValidator(_told)]
"""Share that is promised; all of it would leave no budget to spend."""


def _as_percentage(target: float) -> str:
    """Return what to say of a target that looks like a share."""
    return f"; it is a percentage: `{100 * target:g}`, if that was meant" if target < 1 else ""


class Latency(Model):
    """A share of the requests that is answered in time.

    Of plain HTTP alone: websockets, streams of events and calls of gRPC last as long as somebody wants them
    to. Answers that are failures count for availability, and here neither as fast nor as slow.
    """

    within: Within
    """How long a request may take; becomes a bucket of Traefik's histograms."""
    target: Percent
    """Percentage of requests that are answered within that time."""

    @property
    def seconds(self) -> float:
        """How long a request may take."""
        return seconds(self.within)


class Throughput(Model):
    """Bounds of the requests per second, over five minutes each; the share of time in which they hold."""

    at_least: float | None = Field(default=None, gt=0, le=MOST_REQUESTS, examples=[1, 10])
    """Floor: fewer mean that clients do not get through, or have gone."""
    at_most: float | None = Field(default=None, gt=0, le=MOST_REQUESTS, examples=[100, 1000])
    """Ceiling: what the backend is built for."""
    target: Percent = 99
    """Percentage of the time in which the bounds hold."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.at_least is None and self.at_most is None:
            yield Finding((), "a throughput without bound promises nothing", "add `atLeast: 1`, or atMost")
        elif self.at_least is not None and self.at_most is not None and self.at_least >= self.at_most:
            yield Finding(
                ("atLeast",), f"the floor must be below the ceiling ({self.at_most:g})", "lower atLeast"
            )


class Objective(Model):
    """What is promised of one host or route, over a rolling window."""

    host: RouteHost | None = None
    """All routes of a host."""
    route: RouteName | None = None
    """One route: `<application>/<route>`."""
    window: Literal["28d", "30d"] = "30d"
    """Over how long it is counted; 28 days hold four of each weekday."""
    availability: Percent | None = None
    """Percentage of requests that are answered without the platform's or the backend's failure: 5xx, of gRPC
    the codes that stand for them. A circuit breaker's 503 counts: the client got no answer, planned or
    not."""
    also_failures: tuple[Literal[404, 429, 499], ...] = ()
    """Further answers that are failures, with their codes of gRPC: a page that is missing, a limit that is
    too tight, a client that gave up waiting. Otherwise they are the client's own doing."""
    latency: tuple[Latency, ...] = ()
    """The longer the time, the higher the percentage."""
    throughput: Throughput | None = None
    minimum_requests: int = Field(default=100, ge=1, le=1_000_000)
    """Requests in the longer window of an alert, below which it keeps still: one failure of ten requests is
    no 10 %. Probes of the host count."""

    @override
    def findings(self) -> Iterator[Finding]:
        if (self.host is None) == (self.route is None):
            yield Finding((), "an objective is of one host or of one route", "give either host or route")
        if self.availability is None and not self.latency and self.throughput is None:
            yield Finding((), "it promises nothing", "add `availability: 99.9`, latency or throughput")
        yield from repeated("alsoFailures", self.also_failures)
        if self.also_failures and self.availability is None:
            yield Finding(
                ("alsoFailures",), "only availability counts failures", "add availability, or remove it"
            )
        yield from self._latency_findings()
        yield from self._page_findings()

    def _latency_findings(self) -> Iterator[Finding]:
        for index, (before, this) in enumerate(pairwise(self.latency), start=1):
            if this.seconds <= before.seconds:
                yield Finding(
                    ("latency", index, "within"),
                    f"times are in ascending order, each once; {before.within} stands before",
                    "put the shorter one first",
                )
            elif this.target <= before.target:
                yield Finding(
                    ("latency", index, "target"),
                    f"{before.target:g} % within {before.within} promise more than this: whoever is answered "
                    f"within {before.within} is answered within {this.within}",
                    f"set more than {before.target:g}, or remove the entry",
                )

    def _page_findings(self) -> Iterator[Finding]:
        """Yield each target whose page waits for more failures than there are requests."""
        factor = FASTEST_PAGE_PER_DAY * self.days
        least = 100 * (1 - 1 / factor)
        for location, target in self._targets():
            if factor * (1 - target / 100) >= 1:
                yield Finding(
                    location,
                    f"its page could never come: it waits for {factor:g} times the {100 - target:g} % that "
                    f"may "
                    "fail, which is more than all requests",
                    f"set more than {least:.2f}{_as_percentage(target)}",
                )

    def _targets(self) -> Iterator[tuple[tuple[str | int, ...], float]]:
        if self.availability is not None:
            yield ("availability",), self.availability
        for index, latency in enumerate(self.latency):
            yield ("latency", index, "target"), latency.target
        if self.throughput is not None:
            yield ("throughput", "target"), self.throughput.target

    @property
    def days(self) -> int:
        """The window's length."""
        return int(self.window.removesuffix("d"))

    @property
    def subject(self) -> str:
        """What it is a promise of: a host, or a route by its application."""
        return str(self.host or self.route)
