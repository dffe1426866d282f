"""Budgets as they are counted, over a month and against rules that we did not write."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.parts import provide
from network.plan.model.rules import Recording, RuleGroup
from network.plan.observability import objectives
from network.plan.observability.objectives.burn import detection_seconds
from network.plan.observability.rule_file import groups
from tests.alerts.promtool import Expected, Promtool, Scenario
from tests.alerts.rules import HOST, ROUTER, stack
from tests.alerts.traffic import Span, answered, error_ratio, failed

TARGET = 99.9
REQUESTS = f'traefik_router_requests_total{{job="traefik",router="{ROUTER}",protocol="http",method="GET"'

DAY, NIGHT = Span(16 * 60, 600, 0), Span(8 * 60, 6, 0)


@pytest.fixture
def promtool(tmp_path: Path) -> Promtool:
    return Promtool(tmp_path)


def rules(**promise: Any) -> Sequence[RuleGroup]:
    """Return the rules of one objective of the dev stack's shop."""
    return objectives.build(stack({"shop": {"host": HOST, "availability": TARGET, **promise}}))


def series(spans: Sequence[Span]) -> dict[str, str]:
    return {f'{REQUESTS},code="200"}}': answered(spans), f'{REQUESTS},code="503"}}': failed(spans)}


def month() -> list[Span]:
    """Return 30 days: steady by day, low by night where half of the requests fail once, an outage of twenty
    minutes, and three days on which one request of 300 fails."""
    days = [(DAY, NIGHT)] * 30
    spans = [span for day in days for span in day]
    spans[5] = Span(8 * 60, 6, 3)
    spans[20:21] = [Span(300, 600), Span(20, 600, 600), Span(640, 600)]
    return [Span(s.minutes, 600, 2) if s is DAY and 40 < at < 47 else s for at, s in enumerate(spans)]


@pytest.mark.lab
def test_a_months_budget_is_the_one_that_the_requests_count(promtool: Promtool) -> None:
    spans = month()
    assert sum(span.minutes for span in spans) == 30 * 24 * 60
    counted = error_ratio(spans) / (1 - TARGET / 100)
    own = [
        RuleGroup(group.name, tuple(rule for rule in group.rules if isinstance(rule, Recording)))
        for group in rules()
        if group.name.startswith("objective-")
    ]
    spent = f"abs(slo:period_burn_rate:ratio / {counted} - 1)"
    left = f"abs(slo:period_error_budget_remaining:ratio - {1 - counted})"
    promtool.test(
        own,
        [
            Scenario(
                "a month",
                series(spans),
                [Expected(f"count({each} < 0.01)", "30d", {"{}": 1}) for each in (spent, left)],
            )
        ],
        evaluation="5m",
    )


@pytest.mark.lab
@pytest.mark.parametrize("failing", [600, 300, 60])
def test_the_first_page_comes_when_it_is_due(failing: int, promtool: Promtool) -> None:
    begin = 90
    due = detection_seconds(TARGET, 30, failing / 600) / 60
    # A scrape later the failure is measured, and a scrape more until a counter that is new has grown.
    page = f"{begin + int(due) + 3}m"
    spans = [Span(begin, 600), Span(120, 600, failing)]
    firing = 'count(ALERTS{alertname="AvailabilityBudgetBurnsFast",alertstate="firing"})'
    promtool.test(
        rules(),
        [
            Scenario(
                "a failure",
                series(spans),
                [Expected(firing, page, {"{}": 1}), Expected(firing, f"{begin}m", {})],
            )
        ],
    )


@pytest.mark.lab
@pytest.mark.parametrize("whole", ["2", "2.0"])
def test_a_bucket_is_found_however_its_bound_is_written(whole: str, promtool: Promtool) -> None:
    within = f'traefik_router_request_duration_seconds_bucket{{{_TIMED},le="{whole}"}}'
    promtool.test(
        rules(latency=[{"within": "2s", "target": 95}]),
        [
            Scenario(
                "a tenth is too slow",
                {
                    f"traefik_router_request_duration_seconds_count{{{_TIMED}}}": "1000+100x60",
                    within: "1000+90x60",
                },
                [Expected(_LATE, "30m", {"{}": 0.1})],
            )
        ],
    )


_TIMED = f'job="traefik",router="{ROUTER}",protocol="http",method="GET",code="200"'
_LATE = 'round(max(slo:sli_error:ratio_rate5m{sloth_slo="latency-2s"}), 0.001)'


@pytest.mark.lab
@pytest.mark.parametrize(("began", "counted"), [("0", 100), ("_", 0)])
def test_a_burst_that_makes_its_series_counts_by_the_0_that_it_began_with(
    began: str, counted: int, promtool: Promtool
) -> None:
    """With samples a minute apart four of five evaluations see the 0 and what came after it: extrapolation
    stops at 0, which a counter cannot have been below."""
    burst = Scenario(
        "a hundred failures between two scrapes",
        {
            f'{REQUESTS},code="200"}}': "1000+600x120",
            f'{REQUESTS},code="503"}}': f"_x60 {began} 100x60",
        },
        [
            Expected(f"round(60 * sum({_ERRORS}))", "90m", {"{}": 0.8 * counted}),
            # Of the 36,100 requests of an hour, all of it.
            Expected(_RATIO, "90m", {"{}": 0.0028 if counted else 0}),
        ],
    )
    promtool.test(rules(), [burst])


_ERRORS = 'sum_over_time(network:sli_errors:rate5m{sloth_slo="availability"}[1h])'
_RATIO = 'round(max(slo:sli_error:ratio_rate1h{sloth_slo="availability"}), 0.0001)'


UP = 'up{job="traefik",pod="a"}'


@pytest.mark.lab
def test_a_start_of_prometheus_breaks_no_promise_of_throughput(promtool: Promtool) -> None:
    answered = f'{REQUESTS},code="200"}}'
    page = 'count(max_over_time(ALERTS{alertname="ThroughputBudgetBurnsFast",alertstate="firing"}[3h]))'
    at_once = Scenario(
        "the first one",
        {UP: "1x180", answered: "1000+120x180"},
        [Expected(_broken("3h"), "3h", {}), Expected(page, "3h", {})],
    )
    nobody = Scenario("nobody asks", {UP: "1x180"}, [Expected(page, "3h", {"{}": 1})])
    # Of the evaluations here, those meanwhile are none of Prometheus'.
    after_gaps = [
        Scenario(
            f"down for {gap} minutes",
            {UP: f"1x60 _x{gap} 1x120", answered: f"1000+120x60 _x{gap} 9000+120x120"},
            [Expected(_broken(f"{120 - gap}m"), "3h", {})],
        )
        for gap in range(2, 10)
    ]
    promtool.test(rules(throughput={"atLeast": 1.9, "target": 99.9}), [at_once, nobody, *after_gaps])


def _broken(window: str) -> str:
    """Return whether a promise of throughput was broken at any moment of a window."""
    return f'count(max_over_time(network:sli_errors:rate5m{{sloth_slo="throughput"}}[{window}]) > 0)'


SLOTH = {
    "version": "prometheus/v1",
    "service": "oracle",
    "slos": [
        {
            "name": "availability",
            "objective": TARGET,
            "sli": {
                "events": {
                    "error_query": 'sum(rate(traefik_router_requests_total{code=~"5.."}[{{.window}}]))',
                    "total_query": "sum(rate(traefik_router_requests_total[{{.window}}]))",
                }
            },
            "alerting": {
                "name": "Oracle",
                "page_alert": {"labels": {"severity": "critical"}},
                "ticket_alert": {"labels": {"severity": "warning"}},
            },
        }
    ],
}

CASES = 200

_OURS, _SLOTHS = '{sloth_service="shop"}', '{sloth_service="oracle"}'


def sloths_rules(folder: Path) -> dict[str, Any]:
    """Return what Sloth makes of the same promise."""
    spec, made = folder / "sloth.yaml", folder / "made.yaml"
    spec.write_text(yaml.safe_dump(SLOTH))
    program = provide.ensure("sloth")["sloth"] / "sloth"
    subprocess.run([program, "generate", "-i", spec, "-o", made], check=True, capture_output=True)
    return yaml.safe_load(made.read_text())


def drawn(case: int) -> list[Span]:
    """Return four hours of random traffic, steady around both ends of the last two hours: rules that read
    what others record may see it an evaluation late."""
    draw = random.Random(case)
    spans: list[Span] = []
    for left, steady in ((110, 20), (70, 40)):
        while left:
            minutes = min(left, draw.randint(5, 60))
            requests = draw.choice([60, 600, 6000])
            failing = draw.choice([0, 0, 0.0005, 0.0012, 0.004, 0.01, 0.03, 0.2, 1])
            spans.append(Span(minutes, requests, round(requests * failing)))
            left -= minutes
        spans.append(Span(steady, spans[-1].requests, spans[-1].failing))
    return spans


@pytest.mark.lab
def test_sloth_computes_the_same(promtool: Promtool, tmp_path: Path) -> None:
    """Over 200 random series: error ratios over up to an hour are the same to the last digits, budgets and
    factors too, and so what pages and what is a ticket.

    Differences, each meant:
    - Over 2h, 6h, 1d and 3d ours are sums of rates over five minutes. Sloth's `rate` over the whole window
      loses what came between its beginning and its first sample, and spreads the rest; ours are as counted
      from the requests (`test_a_months_budget_is_the_one_that_the_requests_count`). With samples a minute
      apart they are within a tenth of each other.
    - Over 30d ours weigh each request alike; Sloth's mean of ratios lets a night's failure weigh as a day's,
      so they are not compared.
    - Where nothing is asked ours are absent, Sloth's no number.
    - Where nothing has failed yet ours are 0, Sloth's absent: it has no series of failures to divide. So a
      missing one of Sloth's stands for 0 here.
    - Ours keep still below `minimumRequests`; all series here have more.
    """
    document = groups(rules(minimumRequests=1))
    both = {"groups": [*document["groups"], *sloths_rules(tmp_path)["groups"]]}
    expected = [
        *(
            Expected(f"count({_apart(f'slo:sli_error:ratio_rate{window}')} > 1e-9)", "240m", {})
            for window in ("5m", "30m", "1h")
        ),
        *(
            Expected(
                f"count({_apart(f'slo:sli_error:ratio_rate{window}')} "
                f"> 0.1 * max(slo:sli_error:ratio_rate{window}{_OURS}) + 1e-9)",
                "240m",
                {},
            )
            for window in ("2h", "6h", "1d", "3d")
        ),
        *(
            Expected(f"count({_apart(name)} > 1e-9)", "240m", {})
            for name in ("slo:objective:ratio", "slo:error_budget:ratio", "slo:time_period:days")
        ),
        *(
            Expected(
                f'(count(ALERTS{{alertname=~"Availability.+",sloth_severity="{urgency}"}}) or vector(0)) '
                f'- (count(ALERTS{{alertname="Oracle",sloth_severity="{urgency}"}}) or vector(0))',
                "240m",
                {"{}": 0},
            )
            for urgency in ("page", "ticket")
        ),
    ]
    scenarios = [Scenario(str(case), series(drawn(case)), expected) for case in range(CASES)]
    promtool.test(both, scenarios, evaluation="4m")


def _apart(name: str) -> str:
    """Return how far ours and Sloth's are from each other."""
    return f"abs(max({name}{_OURS}) - (max({name}{_SLOTHS}) or vector(0)))"
