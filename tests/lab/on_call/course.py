"""The course of incidents: when somebody was told, when it was over, and by when both had to be."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from network.plan.model.rules import Alert
from network.plan.observability.objectives.burn import detection_seconds
from network.plan.observability.prometheus import INTERVAL
from tests.lab.alertmanager import Alertmanager, Message, messages
from tests.lab.on_call.hurry import FACTOR, SCRAPES, hurried, longest_window, seconds, waits
from tests.lab.on_call.incidents import Incident, Labels
from tests.lab.patience import until
from tests.lab.running_lab import RunningLab

HOST = "alerts.example.com"
"""Where the receiver listens that is told everything."""

GROUP_WAIT = 30
"""Seconds in which Alertmanager gathers what fails together."""

PATIENCE = 240
"""Seconds until an alert must be told, and told to be over: more than any bound, so that the table has what
was seen."""


@dataclass(frozen=True)
class Bound:
    """Seconds from a cause on within which somebody is told."""

    promised: float
    """By the rules of the stack."""
    here: float
    """By the same on the faster clock."""


@dataclass(frozen=True)
class Told:
    """An alert that was told, and told to be over."""

    alert: str
    cause: str
    bound: Bound
    after: float
    """Seconds since the cause."""
    cleared: float
    """Seconds since the repair."""
    message: Message


def bound(alert: Alert, incident: Incident) -> Bound:
    """By when an alert is told: its window fills, it is measured, found, found to have held for long enough,
    and gathered with others."""
    promised = here = incident.lag
    if incident.target is not None and "BudgetBurns" in alert.name:
        due = detection_seconds(incident.target, days=30)
        promised, here = promised + due, here + due
    else:
        promised += longest_window(alert.expr) + seconds(alert.wait)
        here += longest_window(hurried(alert.expr)) + seconds(waits(alert.name, alert.wait))
    return Bound(
        promised + 3 * seconds(INTERVAL) + GROUP_WAIT,
        here + 3 * seconds(SCRAPES) + GROUP_WAIT / FACTOR,
    )


def live_through(
    lab: RunningLab, alertmanager: Alertmanager, incidents: Sequence[Incident], alerts: Mapping[str, Alert]
) -> list[Told]:
    """Have incidents happen at once, each until all that follows from it was told, and end."""
    with ThreadPoolExecutor(len(incidents)) as pool:
        lived = [
            pool.submit(lambda each=each: list(_live(lab, alertmanager, each, alerts))) for each in incidents
        ]
    wrong = [
        f"{incident.cause}: {error}"
        for incident, each in zip(incidents, lived, strict=True)
        if (error := each.exception()) is not None
    ]
    assert not wrong, "\n".join(wrong)
    return [told for each in lived for told in each.result()]


def _live(
    lab: RunningLab, alertmanager: Alertmanager, incident: Incident, alerts: Mapping[str, Alert]
) -> Iterator[Told]:
    began = time.time()
    with incident.happens(lab):
        told = {name: _heard(lab, name, labels, began) for name, labels in incident.alerts.items()}
        for name, labels in incident.held_back.items():
            _is_held_back(lab, alertmanager, name, labels, began)
    with incident.after(lab):
        ended = time.time()
        over = {
            name: _heard(lab, name, labels, told[name].at, is_over=True)
            for name, labels in incident.alerts.items()
        }
    for name in incident.alerts:
        yield Told(
            name,
            incident.cause,
            bound(alerts[name], incident),
            told[name].at - began,
            over[name].at - ended,
            told[name],
        )


def _heard(lab: RunningLab, alert: str, labels: Labels, since: float, *, is_over: bool = False) -> Message:
    """The first message of an alert since a moment."""
    found: list[Message] = []

    def look() -> bool:
        found[:] = [
            each
            for each in messages(lab.platform, HOST)
            if each.at > since and each.is_over == is_over and each.is_of(alert, labels)
        ]
        return bool(found)

    until(look, f"{alert} {dict(labels)} is told{' to be over' * is_over}", PATIENCE, pause=1)
    return found[0]


def _is_held_back(
    lab: RunningLab, alertmanager: Alertmanager, alert: str, labels: Labels, since: float
) -> None:
    """Wait until an alert fires, and see that nobody is told."""
    wanted = {"alertname": alert, **labels}.items()

    def fires() -> bool:
        return any(wanted <= each.labels.items() and not each.is_told for each in alertmanager.alerts())

    until(fires, f"{alert} {dict(labels)} is held back", PATIENCE, pause=1)
    # A group is told whole: what fires since an earlier incident may be told again.
    told = [
        each
        for each in messages(lab.platform, HOST)
        if each.fires_since > since and not each.is_over and each.is_of(alert, labels)
    ]
    assert not told, told


def table(all_told: Sequence[Told]) -> str:
    """What was told, beside what was promised; seconds."""
    rows = [("alert", "provoked by", "promised", "here", "seen", "cleared")]
    for each in all_told:
        spans = (each.bound.promised, each.bound.here, each.after, each.cleared)
        promised, here, seen, cleared = (f"{span:.0f}" for span in spans)
        rows.append((each.alert, each.cause, promised, here, seen, cleared))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
