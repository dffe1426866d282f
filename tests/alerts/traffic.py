"""Requests over time, as counters, and what they add up to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """Minutes of steady traffic."""

    minutes: int
    requests: int
    """Per minute, those that fail included."""
    failing: int = 0
    """Per minute."""


BEFORE = 1_000_000
"""Of each counter at first: of one that has just begun `rate` says less, for it cannot have been below 0."""


def counter(increments: Iterable[tuple[int, int]]) -> str:
    """Return a counter in promtool's notation, a value a minute, from minutes and what each of them adds."""
    return " ".join(_parts(increments))


def _parts(increments: Iterable[tuple[int, int]]) -> Iterator[str]:
    value = BEFORE
    yield str(value)
    for minutes, each in increments:
        yield f"{value + each}+{each}x{minutes - 1}"
        value += minutes * each


def answered(spans: Iterable[Span]) -> str:
    """Return the counter of requests that do not fail."""
    return counter((span.minutes, span.requests - span.failing) for span in spans)


def failed(spans: Iterable[Span]) -> str:
    """Return the counter of those that do."""
    return counter((span.minutes, span.failing) for span in spans)


def error_ratio(spans: Iterable[Span]) -> float:
    """Return the share of all requests that fail."""
    spans = list(spans)
    return sum(s.minutes * s.failing for s in spans) / sum(s.minutes * s.requests for s in spans)
