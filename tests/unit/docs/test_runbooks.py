"""Each alert has a runbook, each runbook an alert, and what they name is there (OBS-6, ADM-6)."""

import re

import pytest

from network.plan import build
from network.plan.model.dashboards import TITLES
from network.plan.model.promql import metrics
from network.plan.model.rules import Alert
from tests import runbooks, stacks
from tests.runbooks import Told

ALERTS = runbooks.alerts()
PAGES = sorted(runbooks.FOLDER.glob("*.md"))


def test_there_is_a_page_for_each_alert_and_for_nothing_else() -> None:
    assert [page.stem for page in PAGES] == sorted(told.alert.name for told in ALERTS)


def test_no_option_brings_an_alert_without_a_page() -> None:
    plan = build(stacks.everything())
    named = {
        rule.name
        for layer in plan.layers
        for group in layer.rules
        for rule in group.rules
        if isinstance(rule, Alert)
    }
    assert named <= {page.stem for page in PAGES}


@pytest.mark.parametrize("told", ALERTS, ids=lambda told: told.alert.name)
def test_the_head_of_a_page_follows_from_its_alert(told: Told) -> None:
    page = (runbooks.FOLDER / f"{told.alert.name}.md").read_text()
    assert page == runbooks.page(told), "run `make generate`"


def test_the_index_lists_every_page() -> None:
    assert runbooks.INDEX.read_text() == runbooks.index(ALERTS), "run `make generate`"


@pytest.mark.parametrize("told", ALERTS, ids=lambda told: told.alert.name)
def test_what_stands_by_hand_says_what_to_look_at_first_and_what_not_to_do(told: Told) -> None:
    judgement = runbooks.kept(told.alert.name)
    headings = re.findall(r"^## (.+)$", judgement, re.MULTILINE)
    assert headings[0] in ("First", "What it is for")
    assert headings[-1] == "Do not"
    assert len(judgement.split()) > 80


@pytest.mark.parametrize("told", ALERTS, ids=lambda told: told.alert.name)
def test_the_dashboard_of_an_alert_shows_what_it_reads(told: Told) -> None:
    assert told.alert.dashboard in TITLES
    assert list(told.panels) or not metrics(told.alert.expr)


def test_panels_that_runbooks_name_are_there() -> None:
    titles = {panel.title for told in ALERTS for row in told.dashboard.rows for panel in row.panels}
    columns = {name for told in ALERTS for name in re.findall(r"\$labels\.(\w+)", told.alert.summary)}
    emphasis = {"before", "program", "limit", "condition", "status", "integration", "map_name", "Last State"}
    for page in PAGES:
        judgement = runbooks.kept(page.stem)
        named = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", " ".join(judgement.split())))
        unknown = {name for name in named if not any(title.startswith(name) for title in titles)}
        assert unknown - emphasis - columns == set(), page.name


def test_alerts_that_runbooks_name_are_there() -> None:
    names = {told.alert.name for told in ALERTS}
    kinds = {"OOMKilled", "CrashLoopBackOff", "ImagePullBackOff", "Pending", "ContainerCreating"}
    for page in PAGES:
        named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", runbooks.kept(page.stem)))
        alike = {name for name in named if name not in kinds and any(name[:6] == each[:6] for each in names)}
        assert alike <= names, page.name
