"""Each alert fires, clears, and keeps still next to its threshold."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from network.config.observability.alerting import Alerting
from network.plan.model.rules import Alert
from network.plan.observability.alertmanager import configuration
from network.plan.observability.prometheus import INTERVAL
from tests import promql
from tests.alerts.cases import ALWAYS, CASES, Case
from tests.alerts.promtool import Expected, Promtool, Scenario
from tests.alerts.rules import every_alert, groups, groups_of

EACH = pytest.mark.parametrize("case", CASES, ids=[case.alert for case in CASES])


CADENCES = {
    # A group whose receiver refuses is told again once in this time.
    "alertmanager_notifications_failed_total": configuration(Alerting())["route"]["group_interval"],
    # Prometheus tells Alertmanager of what fires once a minute, by `rules.alert.resend-delay`.
    "prometheus_notifications_dropped_total": "1m",
    # The collector's exporters try for five minutes before they count a failure.
    "otelcol_exporter_send_failed_log_records_total": "5m",
    "otelcol_exporter_send_failed_spans_total": "5m",
}
"""How far apart two steps of a counter may be while what it counts goes on."""


@pytest.fixture
def promtool(tmp_path: Path) -> Promtool:
    return Promtool(tmp_path)


def test_no_alert_is_without_a_case() -> None:
    assert {case.alert for case in CASES} | set(ALWAYS) == every_alert().keys()


@EACH
def test_its_texts_name_labels_that_it_has(case: Case) -> None:
    alert = every_alert()[case.alert]
    has = {**case.labels, **_given(alert)}
    named = re.findall(r"\$labels\.(\w+)", f"{alert.summary} {alert.description}")
    optional = {"TargetDown": {"pod", "node"}}.get(case.alert, set())
    assert set(named) - optional <= has.keys()


@pytest.mark.parametrize("metric", CADENCES)
def test_a_window_holds_two_steps_of_a_failure_that_goes_on(metric: str) -> None:
    """Else the alert ends between them, and never comes where it must hold for a while."""
    least = _seconds(CADENCES[metric]) + 2 * _seconds(INTERVAL)
    found = [
        seconds
        for alert in every_alert().values()
        for function, read, seconds in promql.windows(promql.parsed(alert.expr, []))
        if read == metric and function in {"rate", "increase"}
    ]
    assert found
    assert min(found) >= least


@pytest.mark.lab
def test_prometheus_finds_nothing_wrong_with_the_rules(promtool: Promtool) -> None:
    promtool.check(groups().values())


@pytest.mark.lab
@EACH
def test_it_fires_clears_and_keeps_still_below(case: Case, promtool: Promtool) -> None:
    alert = every_alert()[case.alert]
    state = f'ALERTS{{alertname="{alert.name}",alertstate="firing"}}'
    if case.labels.get("sloth_id"):
        state = f'{state[:-1]},sloth_id="{case.labels["sloth_id"]}"}}'
    firing = _series({"alertname": alert.name, "alertstate": "firing", **_given(alert), **case.labels})
    promtool.test(
        groups_of(alert.name),
        [
            Scenario(
                "fires and clears",
                case.series,
                [Expected(state, case.fires, {firing: 1}), Expected(state, case.clears, {})],
            ),
            Scenario(
                "next to the threshold",
                case.near,
                [Expected(state, moment, {}) for moment in (case.fires, case.clears)],
            ),
        ],
    )


@pytest.mark.lab
@pytest.mark.parametrize("name", ALWAYS)
def test_it_always_fires(name: str, promtool: Promtool) -> None:
    alert = every_alert()[name]
    state = f'ALERTS{{alertname="{name}",alertstate="firing"}}'
    firing = _series({"alertname": name, "alertstate": "firing", **_given(alert)})
    promtool.test(groups_of(name), [Scenario("always", {}, [Expected(state, "1m", {firing: 1})])])


def _seconds(span: str) -> int:
    return int(span[:-1]) * {"s": 1, "m": 60}[span[-1]]


def _given(alert: Alert) -> Mapping[str, str]:
    return {"severity": alert.severity, **alert.labels}


def _series(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
    return f"ALERTS{{{inside}}}"
