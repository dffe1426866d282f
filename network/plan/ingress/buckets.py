"""Buckets of Traefik's histograms: what the objectives of the stack are measured by (OBS-8)."""

from network.config import StackConfig

SLOW = 1.2
"""Seconds: a bucket of every stack, by which routes without objective are watched."""

USUAL = (0.1, 0.3, SLOW, 5.0)
"""Seconds: those that Traefik has where none are given, for percentiles."""


def buckets(config: StackConfig) -> list[float]:
    """Return the upper bounds in seconds: the usual ones, and each latency that is promised. Each costs a
    series for every router, code and method of each replica."""
    objectives = () if config.observability is None else config.observability.objectives.values()
    return sorted({*USUAL, *(latency.seconds for each in objectives for latency in each.latency)})
