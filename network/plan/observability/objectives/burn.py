"""How fast a budget may burn before somebody is told: the multiwindow, multi-burn-rate alerts of Google's SRE
workbook, chapter 5, with its shares for 30 days, which Sloth keeps for 28 as well."""

from dataclasses import dataclass
from typing import Literal

HOURS = {"5m": 5 / 60, "30m": 0.5, "1h": 1.0, "2h": 2.0, "6h": 6.0, "1d": 24.0, "3d": 72.0}
"""The windows that errors are counted over."""


@dataclass(frozen=True)
class Burn:
    """A share of the budget that is spent within a window, and a shorter window that tells whether it still
    burns: by it an alert ends soon after the failure."""

    share: float
    long: str
    short: str

    @property
    def per_day(self) -> float:
        """How many times as fast as it lasts the budget burns, per day of the objective's window."""
        return self.share * 24 / HOURS[self.long]


BURNS: dict[Literal["page", "ticket"], tuple[Burn, Burn]] = {
    "page": (Burn(0.02, "1h", "5m"), Burn(0.05, "6h", "30m")),
    "ticket": (Burn(0.10, "1d", "2h"), Burn(0.10, "3d", "6h")),
}
"""The quick and the slow one of each."""


def detection_seconds(target: float, days: int, failing: float = 1.0) -> float:
    """Return after how long the first page is due where a share of steady traffic fails from a moment on.

    `target` in percent. Beside it pass up to an interval of scraping and two of evaluation. `inf` where it
    never comes.
    """
    due = [
        max(_filled(burn, target, days, failing, burn.long), _filled(burn, target, days, failing, burn.short))
        for burn in BURNS["page"]
    ]
    return min(due)


def _filled(burn: Burn, target: float, days: int, failing: float, window: str) -> float:
    """Return when the share of failures over a window exceeds the burn's threshold."""
    threshold = burn.per_day * days * (1 - target / 100)
    return float("inf") if threshold >= failing else HOURS[window] * 3600 * threshold / failing
