"""`network objectives`: what is promised, what is kept, and what is left of each budget (OBS-8)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from network.cli import exits
from network.cli.prometheus import Sample

_FIELDS = {
    "slo:objective:ratio": "target",
    "slo:sli_error:ratio_rate1h": "failing",
    "slo:current_burn_rate:ratio": "burn_rate",
    "slo:period_error_budget_remaining:ratio": "budget_left",
    "slo:time_period:days": "days",
}
QUERY = f'{{__name__=~"{"|".join(_FIELDS)}"}}'
"""What is recorded of every promise; a Prometheus without rules of the platform has none of it."""


@dataclass(frozen=True)
class Promise:
    """A promise and how it stands. What is not known, since nothing was asked, is None."""

    objective: str
    kind: str
    """`availability`, `latency-300ms` or `throughput`."""
    subject: str
    """Host or route."""
    days: int
    target: float
    """Share of events that shall be good."""
    now: float | None
    """Share that was, over the last hour."""
    budget_left: float | None
    """Share of the window's errors that may still happen; below 0 the promise is broken."""
    burn_rate: float | None
    """How many times as fast as it lasts the budget burns, over the last five minutes."""


def promises(samples: Iterable[Sample]) -> list[Promise]:
    """Return the promises that the series tell of, by objective and kind.

    Raises ValueError where several clusters keep theirs in one store: which one is asked about nobody said.
    """
    found: defaultdict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    for sample in samples:
        field = _FIELDS.get(sample.labels.get("__name__", ""))
        if field is not None and math.isfinite(sample.value):
            labels = sample.labels
            subject = labels.get("subject", labels.get("sloth_service", ""))
            key = (labels.get("sloth_service", ""), labels.get("sloth_slo", ""), subject)
            if field in found[key]:
                raise ValueError(
                    f"two series tell of {' '.join(key)}: the store holds several clusters. Ask a Prometheus "
                    "that has one"
                )
            found[key][field] = sample.value
    return [
        Promise(
            *key,
            days=round(values.get("days", 0)),
            target=values["target"],
            now=1 - values["failing"] if "failing" in values else None,
            budget_left=values.get("budget_left"),
            burn_rate=values.get("burn_rate"),
        )
        for key, values in sorted(found.items())
        if "target" in values
    ]


def verdict(kept: Sequence[Promise]) -> int:
    """Return how the command ends: whether a budget is spent, and else whether one is unknown."""
    if any(promise.budget_left is not None and promise.budget_left < 0 for promise in kept):
        return exits.REFUSED
    return exits.UNKNOWN if any(promise.budget_left is None for promise in kept) else 0


def document(kept: Sequence[Promise]) -> list[dict[str, Any]]:
    """Return the promises for JSON, shares between 0 and 1."""
    return [asdict(promise) for promise in kept]


def table(kept: Sequence[Promise]) -> Table:
    """Return the promises for people."""
    heads = ("objective", "of", "promise", "target", "last hour", "budget left", "burn rate")
    shown = Table(*(Column(head, overflow="fold") for head in heads), box=None)
    for promise in kept:
        shown.add_row(
            escape(promise.objective),
            escape(promise.subject),
            escape(f"{promise.kind}, {promise.days} days"),
            _percent(promise.target),
            _percent(promise.now),
            _percent(promise.budget_left, 1),
            "unknown" if promise.burn_rate is None else f"{promise.burn_rate:.1f}",
        )
    return shown


def _percent(share: float | None, digits: int = 3) -> str:
    return "unknown" if share is None else f"{100 * share:.{digits}f} %"
