"""Alerts of budgets that burn too fast, one rule for all objectives of a kind: target, window and least
traffic are series of their own (OBS-8)."""

from collections.abc import Collection, Iterator
from typing import Literal

from network.plan.model.rules import Alert, Severity
from network.plan.observability.objectives.burn import BURNS, HOURS, Burn
from network.plan.observability.objectives.indicators import Kind
from network.plan.observability.objectives.recordings import BUDGET, DAYS, ERROR_RATIO, EVENTS, MINIMUM

DASHBOARD = "network-objectives"

KNOWN_SHARE = 0.5
"""Of a window's samples, below which their mean tells nothing of it: of the first ones after a start a single
one would be the whole window (a judgement)."""

_SLOS: dict[Kind, str] = {
    "availability": 'sloth_slo="availability"',
    "latency": 'sloth_slo=~"latency-.+"',
    "throughput": 'sloth_slo="throughput"',
}

_HURT: dict[Kind, str] = {
    "availability": "Requests to {{ $labels.subject }} fail",
    "latency": "{{ $labels.subject }} answers too late ({{ $labels.sloth_slo }})",
    "throughput": "{{ $labels.subject }} gets fewer or more requests than promised",
}

_PACES: dict[Literal["page", "ticket"], tuple[str, Severity, str]] = {
    "page": ("Fast", "critical", "fast"),
    "ticket": ("Slowly", "warning", "faster than it lasts"),
}


def burning(kinds: Collection[Kind]) -> Iterator[Alert]:
    """Yield the alerts of the kinds of promises that the stack makes."""
    for kind in _HURT:
        if kind not in kinds:
            continue
        for urgency, (pace, severity, how) in _PACES.items():
            quick, slow = BURNS[urgency]
            yield Alert(
                f"{kind.capitalize()}BudgetBurns{pace}",
                f"{_burning(kind, quick)} or {_burning(kind, slow)}",
                "0s",
                severity,
                f"{_HURT[kind]}: the error budget of objective {{{{ $labels.sloth_service }}}} burns {how}",
                "It burns {{ $value | humanize }} times as fast as it would last for the whole window. "
                f"Expected is at most 1; told from a share of {quick.share:.0%} within {quick.long}, or of "
                f"{slow.share:.0%} within {slow.long}, on.",
                DASHBOARD,
                {"sloth_severity": urgency},
            )
    if {"availability", "latency"} & set(kinds):
        yield Alert(
            "ObjectiveWithoutRequests",
            f'slo:objective:ratio{{sloth_slo!="throughput"}} unless (max_over_time({EVENTS}[6h]) > 0)',
            "1h",
            "warning",
            "Nothing is known of {{ $labels.subject }}: objective {{ $labels.sloth_service }} "
            "({{ $labels.sloth_slo }}) has seen no request for six hours",
            "A promise of {{ $value | humanizePercentage }} is measured by nothing: no request, no probe, or "
            "a router of another name.",
            DASHBOARD,
        )


def _burning(kind: Kind, burn: Burn) -> str:
    """Return the burn rate over the longer window, where it and that over the shorter one are too high, and
    enough was asked for the share to mean something."""
    slo = _SLOS[kind]
    limit = f"{burn.per_day:.10g} * {DAYS}"
    long, short = (
        f"{ERROR_RATIO}{window}{{{slo}}} / ignoring (sloth_window) {BUDGET} > {limit}"
        for window in (burn.long, burn.short)
    )
    return f"({long} and {short} and {_known(kind, burn.long)})"


def _known(kind: Kind, window: str) -> str:
    """Return what holds where enough is known of a window: so many requests, or, of what is sampled, so many
    looks. These are counted every five minutes, for how often rules are evaluated is up to Prometheus."""
    if kind == "throughput":
        looks = HOURS[window] * 60 / 5
        return f"count_over_time({EVENTS}{{{_SLOS[kind]}}}[{window}:5m]) >= {KNOWN_SHARE * looks:g}"
    return f"{HOURS[window] * 3600:g} * avg_over_time({EVENTS}{{{_SLOS[kind]}}}[{window}]) >= {MINIMUM}"
