"""Limits beside a load: how much of each is used, the fullest first."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from network.capacity.load import RESERVE
from network.plan.model.capacity import Charge, Limit, Load

Verdict = Literal["fits", "does not fit", "could not look"]


@dataclass(frozen=True)
class Seen:
    """What asking for today's figure gave: the figure, or why there is none."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """One limit at one load."""

    name: str
    unit: str
    holds: float | None
    """With a node gone, where one is."""
    needed: float
    """Of the load and the reserve."""
    used: float | None
    """Needed of what it holds; 1 is all of it."""
    today: float | None
    """What is used at this moment; None where nobody asked, or nobody could see."""
    verdict: Verdict
    reason: str
    """Why nobody could look."""
    raised_by: str
    price: str


def rows(
    limits: Iterable[Limit], load: Load, *, node_gone: bool, today: Mapping[str, Seen] | None = None
) -> list[Row]:
    """Return a row for each limit, what breaks first on top, what nobody could look at before all others.

    `today` has what was seen by names of limits; None where nobody asked.
    """
    found = [_row(limit, load, node_gone, (today or {}).get(limit.name)) for limit in limits]
    return sorted(found, key=lambda row: (-_fullness(row), row.name))


def share(needed: float, holds: float) -> float:
    """Return the used share: of nothing everything is too much."""
    if holds > 0:
        return needed / holds
    return math.inf if needed > 0 else 0.0


def _row(limit: Limit, load: Load, node_gone: bool, seen: Seen | None) -> Row:
    holds, needed = limit.held(node_gone=node_gone), limit.need.at(load.times(RESERVE))
    used = None if holds is None else share(needed, holds)
    reason = ""
    if holds is None:
        reason = "the size of a node pool tells neither processors nor memory"
    elif seen is not None and seen.value is None:
        reason = seen.reason
    today = None if seen is None else seen.value
    full = used is not None and used > 1
    if holds is not None and today is not None and share(today, holds) > 1:
        full = True
    verdict: Verdict = "does not fit" if full else "could not look" if reason else "fits"
    return Row(
        limit.name,
        limit.unit,
        holds,
        needed,
        used,
        today,
        verdict,
        reason,
        limit.raised_by,
        limit.price,
    )


def _fullness(row: Row) -> float:
    if row.used is None or row.holds is None:
        return math.inf
    return max(row.used, share(row.today, row.holds) if row.today is not None else 0.0)


def status(found: Iterable[Row]) -> int:
    """Return the exit status: 1 if anything does not fit, 2 if all that was looked at fits and something was
    not, 0 else."""
    verdicts = {row.verdict for row in found}
    if "does not fit" in verdicts:
        return 1
    return 2 if "could not look" in verdicts else 0


@dataclass(frozen=True)
class Cost:
    """A month's bill, in dollars."""

    lowest: float
    """With as many nodes as there are at least."""
    highest: float
    """With as many as the autoscaler may make."""
    unknown: tuple[str, ...]
    """Charges whose price no table tells, which are left out."""


def cost(charges: Iterable[Charge], prices: Mapping[str, float] | None = None) -> Cost:
    """Return what charges come to, by the API's prices of Droplets where they are given."""
    lowest = highest = 0.0
    unknown: list[str] = []
    for charge in charges:
        dollars = charge.priced(prices or {})
        if dollars is None:
            unknown.append(charge.name)
            continue
        lowest += dollars * charge.fewest
        highest += dollars * (charge.fewest if charge.most is None else charge.most)
    return Cost(lowest, highest, tuple(unknown))
