"""What somebody on call hears when something goes wrong for real, and sees (OBS-1, OBS-5, OBS-6, OBS-8)."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.cloud.state import Kind
from lab.paths import project_dir
from network.cli.check import check_file
from network.plan import Plan, build
from network.plan.model.rules import Alert, Recording
from network.plan.observability.grafana_server import DASHBOARD_LABEL, DASHBOARD_VALUE
from tests.lab import alertmanager, prometheus, targets
from tests.lab.on_call import theirs
from tests.lab.on_call.course import Told, live_through, table
from tests.lab.on_call.hurry import departures, hurry
from tests.lab.on_call.incidents import ARCHIVE, HOURLY, SHOP, grave, names_cut, ordinary, refusals, visitors
from tests.lab.on_call.panels import asked, has_data
from tests.lab.on_call.theirs import Theirs
from tests.lab.patience import until
from tests.lab.platform import Platform
from tests.lab.running_lab import RunningLab

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

FILES = Path(__file__).with_name("on_call")
EMPTY_PANELS = FILES / "empty_panels.yaml"
"""What has nothing to show in this lab, by the reason."""
NOT_PROVOKED = FILES / "not_provoked.yaml"
"""Alerts that need what this lab lacks."""

PATIENCE = 180
"""Seconds until every target was scraped: some of their intervals, and as long again for a busy machine."""
BUSY = 60
"""Seconds by which a machine that does other things too may be late."""
LIFE = 1800
"""Seconds that panels show: more than the lab's life."""
NAMES_NOTHING = ("alertname", "severity", "environment", "prometheus")
"""Labels that every message has; further ones that a rule always has name nothing either."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    folder = tmp_path_factory.mktemp("on-call")
    overlay = folder / "overlay.yaml"
    shutil.copy(FILES / "overlay.yaml", overlay)
    with Platform(folder, overlay=overlay) as platform:
        platform.lab("up")
        running = RunningLab(platform)
        yield running
        running.close()


@pytest.fixture(scope="module")
def plan(lab: RunningLab) -> Plan:
    return _plan(lab.platform)


def _plan(platform: Platform) -> Plan:
    """The plan that was brought up."""
    config = check_file(platform.folder / "engine" / "project" / "Pulumi.dev.yaml").config
    assert config is not None
    return build(config)


def _rules(plan: Plan) -> list[Recording | Alert]:
    return [rule for layer in plan.layers for group in layer.rules for rule in group.rules]


@pytest.fixture(scope="module")
def on_call(lab: RunningLab, plan: Plan) -> list[Told]:
    """What somebody was told of everything that went wrong."""
    alerts = {rule.name: rule for rule in _rules(plan) if isinstance(rule, Alert)}
    with alertmanager.viewed(lab.platform) as manager:
        with prometheus.viewed(lab.platform) as metrics:
            hurry(lab, metrics, manager)
        with visitors(lab, SHOP, least=HOURLY), visitors(lab, ARCHIVE, least=HOURLY):
            pass
        acts = (ordinary(), grave(lab), (names_cut(),))
        return [told for act in acts for told in live_through(lab, manager, act, alerts)]


def test_whoever_is_on_call_is_told_in_time_and_told_when_it_is_over(
    on_call: list[Told], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print("", "On a faster clock:", *departures(), "", table(on_call), sep="\n")
    late = [each for each in on_call if each.after > each.bound.here + BUSY]
    assert not late, table(late)
    # Objectives' own spans are not shortened: that is what the rules promise.
    pages = [each for each in on_call if each.alert.endswith("BurnsFast")]
    assert pages
    assert all(each.after <= each.bound.promised for each in pages), table(pages)


def test_every_alert_is_provoked_or_listed_with_what_the_lab_lacks(on_call: list[Told], plan: Plan) -> None:
    alerts = {rule.name for rule in _rules(plan) if isinstance(rule, Alert)}
    assert alerts - {each.alert for each in on_call} == set(yaml.safe_load(NOT_PROVOKED.read_text()))


def test_each_message_names_what_is_hurt_and_links_to_what_exists(on_call: list[Told], plan: Plan) -> None:
    boards = {board.uid for layer in plan.layers for board in layer.dashboards}
    always = {rule.name: rule.labels for rule in _rules(plan) if isinstance(rule, Alert)}
    for each in on_call:
        summary, labels = each.message.annotations["summary"], each.message.labels
        assert (project_dir() / each.message.annotations["runbook_url"]).is_file()
        assert each.message.annotations["dashboard"] in boards
        named = labels.items() - always[each.alert].items()
        hurt = [value.lower() for name, value in named if name not in NAMES_NOTHING]
        assert not hurt or any(value in summary.lower() for value in hurt), (summary, labels)
        assert "no value" not in summary, summary


def test_every_panel_has_data_or_is_listed_with_the_reason(
    on_call: list[Told], lab: RunningLab, plan: Plan
) -> None:
    assert on_call
    refusals(lab)
    now = time.time()
    with prometheus.viewed(lab.platform) as metrics:
        empty = [each.name for each in asked(plan) if not has_data(metrics, each, now - LIFE, now)]
    listed = [name for panels in yaml.safe_load(EMPTY_PANELS.read_text()).values() for name in panels]
    assert sorted(empty) == sorted(listed), "\n".join(sorted(set(empty) ^ set(listed)))


INTEGRATE: dict[str, Any] = {
    "prometheus": {
        "integrate": {
            "namespace": theirs.NAMESPACE,
            "labels": theirs.LABELS,
            "scraper": {"namespace": theirs.NAMESPACE, "labels": theirs.SCRAPER},
        }
    },
}


@pytest.fixture(scope="module")
def integrated(on_call: list[Told], lab: RunningLab) -> Theirs:
    """The same stack, now with an operator of Prometheus that somebody else has released."""
    assert on_call
    other, overlay = Theirs(lab), lab.platform.overlay
    assert overlay is not None
    other.release()
    content = yaml.safe_load(overlay.read_text())
    observability = content["network:observability"]
    content["network:observability"] = {**INTEGRATE, "objectives": observability["objectives"]}
    overlay.write_text(yaml.safe_dump(content))
    lab.platform.lab("up")
    return other


def test_an_operator_that_exists_scrapes_every_target(integrated: Theirs) -> None:
    expected = targets.expected(_plan(integrated.lab.platform), integrated.lab.platform)
    assert all(expected.values()), expected

    def up() -> dict[str, int]:
        found = integrated.get("targets", state="active")["activeTargets"]
        return dict(Counter(each["labels"]["job"] for each in found if each["health"] == "up"))

    until(lambda: up() == expected | {theirs.STATE_METRICS: 1}, f"up is {expected}", PATIENCE, pause=2)


def test_an_operator_that_exists_evaluates_every_rule(integrated: Theirs) -> None:
    declared = Counter(
        rule.record if isinstance(rule, Recording) else rule.name
        for rule in _rules(_plan(integrated.lab.platform))
    )

    def evaluated() -> bool:
        found = [rule for group in integrated.get("rules")["groups"] for rule in group["rules"]]
        names = Counter(rule["name"] for rule in found)
        return names == declared and all(rule["health"] == "ok" for rule in found)

    until(evaluated, "every rule is ok", PATIENCE, pause=2)


def test_an_operator_that_exists_tells_of_a_backend_that_is_gone(integrated: Theirs) -> None:
    def gone() -> bool:
        query = 'ALERTS{alertname="BackendGone",namespace="api",workload="api",application="api"}'
        return bool(integrated.get("query", query=query)["result"])

    integrated.lab.kubectl("scale", "deployment/api", "--namespace=api", "--replicas=0")
    until(gone, "BackendGone is there", PATIENCE, pause=2)


def test_an_operator_that_exists_finds_the_dashboards(integrated: Theirs) -> None:
    label = f"--selector={DASHBOARD_LABEL}={DASHBOARD_VALUE}"
    found = integrated.lab.platform.objects("configmaps", f"--namespace={theirs.NAMESPACE}", label)
    uids = {board.uid for layer in _plan(integrated.lab.platform).layers for board in layer.dashboards}
    assert {each["metadata"]["name"] for each in found} == uids


def test_with_an_operator_that_exists_nothing_of_ours_runs(integrated: Theirs) -> None:
    releases = integrated.lab.platform.resources("kubernetes:helm.sh/v3:Release")
    assert {each["inputs"]["name"] for each in releases} == {"cert-manager", "traefik"}
    assert {
        each["metadata"]["namespace"] for each in integrated.lab.platform.objects("prometheuses", "-A")
    } == {theirs.NAMESPACE}
    namespaces = {each["metadata"]["name"] for each in integrated.lab.platform.objects("namespaces")}
    assert not {"monitoring", "monitoring-nodes"} & namespaces


def test_volumes_went_with_what_they_were_for(integrated: Theirs) -> None:
    assert integrated.lab.platform.account[Kind.VOLUME] == {}
