"""Expressions of PromQL: as panels of dashboards have them, and what they read."""

import re

RANGE = "$__rate_interval"
"""Grafana's: holds at least four scrapes, however long the panel's period is."""
PERIOD = "$__range"
"""Grafana's: all that is shown."""

SERVER_ERRORS = 'code=~"5..|2|4|12|13|14|15"'
"""Requests that the platform or a backend failed: HTTP's statuses, and of gRPC, whose status Traefik writes
in the same label, UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE and DATA_LOSS."""


def selected(metric: str, *matchers: str) -> str:
    """Return the series of a metric that fit all matchers."""
    return f"{metric}{{{', '.join(matchers)}}}" if matchers else metric


def up_to(bound: float) -> str:
    """Return the matcher of a histogram's bucket.

    Prometheus 3 writes whole numbers as `1.0`; before it, and in stores of others, they stand as programs
    expose them, most as `1`.
    """
    return f'le=~"{bound:.0f}(\\\\.0)?"' if float(bound).is_integer() else f'le="{bound}"'


def rate(metric: str, *matchers: str) -> str:
    """Return by how much each series of a counter grows per second."""
    return f"rate({selected(metric, *matchers)}[{RANGE}])"


def increase(metric: str, *matchers: str, over: str = RANGE) -> str:
    """Return by how much each series of a counter grew."""
    return f"increase({selected(metric, *matchers)}[{over}])"


def total(expr: str, *labels: str) -> str:
    """Return the sum over all labels but the given ones."""
    return f"sum by ({', '.join(labels)}) ({expr})" if labels else f"sum({expr})"


def by_node(counter: str) -> str:
    """Return by how much a counter grows per second on each node."""
    return total(rate(counter), "node")


def share(part: str, whole: str) -> str:
    """Return the part's share of the whole: 0 where there is no part, nothing where there is no whole."""
    return f"({part} or 0 * {whole}) / ({whole} > 0)"


def quantile(rank: float, histogram: str, *labels: str, of: tuple[str, ...] = ()) -> str:
    """Return a quantile of a histogram by labels, of the series that fit the matchers `of`."""
    buckets = total(rate(f"{histogram}_bucket", *of), "le", *labels)
    return f"histogram_quantile({rank:g}, {buckets})"


def relabelled(expr: str, label: str, value: str, source: str, regex: str) -> str:
    """Return the series with a further label, made from another one."""
    return f'label_replace({expr}, "{label}", "{value}", "{source}", "{regex}")'


_WORDS = {"and", "or", "unless", "bool", "offset", "atan2", "start", "end", "inf", "nan"}
_NO_METRIC = re.compile(
    r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\''  # strings
    r"|\[[^\]]*\]"  # windows
    r"|\b(?:by|without|on|ignoring|group_left|group_right)\s*(?:\([^)]*\))?"
)
_NAME = re.compile(r"(?<![\w:.$])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])")


def metrics(expr: str) -> frozenset[str]:
    """Return the names of the metrics that a well-formed expression reads."""
    without_matchers = re.sub(r"\{[^}]*\}", "", _NO_METRIC.sub(" ", expr))
    return frozenset(_NAME.findall(without_matchers)) - _WORDS
