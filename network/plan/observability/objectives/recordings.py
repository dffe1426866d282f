"""What is recorded for each promise, under Sloth's names, so that dashboards made for it work (OBS-8).

Errors and events are recorded as rates over five minutes, and longer windows are sums of those: each request
weighs alike, by day and by night, and a window of 30 days costs two series, not every code, method and
replica. Windows of up to an hour are counted from the requests themselves, for their pages must not wait for
the five minutes.
"""

from collections.abc import Iterator, Mapping

from network.config.observability.objectives import Objective
from network.plan.model.rules import Recording
from network.plan.observability.objectives.burn import HOURS
from network.plan.observability.objectives.indicators import Indicator

ERRORS, EVENTS = "network:sli_errors:rate5m", "network:sli_events:rate5m"
MINIMUM = "network:objective_minimum_requests:count"
ERROR_RATIO = "slo:sli_error:ratio_rate"
"""With its window behind."""
BUDGET = "slo:error_budget:ratio"
DAYS = "slo:time_period:days"

_FROM_REQUESTS = ("30m", "1h")
"""Windows counted from the requests."""


def current(indicator: Indicator, labels: Mapping[str, str], objective: Objective) -> Iterator[Recording]:
    """Yield what alerts read: error ratios over their windows, and the promise itself."""
    errors, events = indicator.over("5m")
    yield Recording(ERRORS, errors, labels)
    yield Recording(EVENTS, events, labels)
    for window in HOURS:
        yield _ratio(indicator, labels, window)
    own = _own(labels)
    yield Recording("slo:objective:ratio", f"vector({indicator.target / 100:.10g})", labels)
    yield Recording(BUDGET, f"vector({1 - indicator.target / 100:.10g})", labels)
    yield Recording(DAYS, f"vector({objective.days})", labels)
    yield Recording(MINIMUM, f"vector({indicator.minimum})", labels)
    yield Recording(
        "slo:current_burn_rate:ratio", f"{ERROR_RATIO}5m{own} / ignoring (sloth_window) {BUDGET}{own}", labels
    )
    yield Recording(
        "sloth_slo_info",
        "vector(1)",
        {**labels, "sloth_mode": "network", "sloth_objective": f"{indicator.target:g}"},
    )


def period(indicator: Indicator, labels: Mapping[str, str], objective: Objective) -> Iterator[Recording]:
    """Yield what is left of the budget over the objective's whole window."""
    own = _own(labels)
    yield _ratio(indicator, labels, objective.window)
    burnt = f"{ERROR_RATIO}{objective.window}{own} / ignoring (sloth_window) {BUDGET}{own}"
    yield Recording("slo:period_burn_rate:ratio", burnt, labels)
    yield Recording("slo:period_error_budget_remaining:ratio", f"1 - slo:period_burn_rate:ratio{own}", labels)


def _ratio(indicator: Indicator, labels: Mapping[str, str], window: str) -> Recording:
    if window in _FROM_REQUESTS and not indicator.sampled:
        errors, events = indicator.over(window)
    elif window == "5m" and not indicator.sampled:
        errors, events = f"{ERRORS}{_own(labels)}", f"{EVENTS}{_own(labels)}"
    else:
        errors, events = (f"sum_over_time({each}{_own(labels)}[{window}])" for each in (ERRORS, EVENTS))
    # Nothing of nothing is no number, and no series is plainer than one of those.
    return Recording(
        f"{ERROR_RATIO}{window}", f"{errors} / ({events} > 0)", {**labels, "sloth_window": window}
    )


def _own(labels: Mapping[str, str]) -> str:
    return f'{{sloth_id="{labels["sloth_id"]}"}}'
