"""Dashboards: whole, linked, and the same each time (OBS-5)."""

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from network.plan import build
from network.plan.model.dashboards import TITLES, Dashboard, Panel, Query, Row, Step, Variable
from network.plan.model.promql import PERIOD, RANGE, metrics
from network.plan.observability.grafana import COLUMNS, METRICS, grafana_json
from tests import promql, stacks

WATCHED = {"network:observability": {"prometheus": {"install": {}}}}
OTHER_NETWORK = {"network:cluster": {"cni": "generic"}}
DASHBOARDS = [
    each for layer in build(stacks.stack_config("prod", WATCHED)).layers for each in layer.dashboards
]
PANELS = [(board, row, panel) for board in DASHBOARDS for row in board.rows for panel in row.panels]
QUERIES = [(board, panel, query) for board in DASHBOARDS for panel, query in promql.queries(board)]

EXPRESSIONS = [(board, query) for board, _, query in QUERIES]
NAMES = [f"{board.uid}: {panel.title}" for board, panel, _ in QUERIES]


def variables(board: Dashboard) -> list[str]:
    return [each.name for each in board.variables]


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_a_stack_that_is_watched_has_every_dashboard_once(stack: str) -> None:
    plan = build(stacks.stack_config(stack, WATCHED))
    uids = Counter(board.uid for layer in plan.layers for board in layer.dashboards)
    assert uids == dict.fromkeys(TITLES, 1)


def test_a_stack_that_is_not_watched_has_none() -> None:
    without = stacks.stack_config("dev", {"network:observability": None})
    assert [board for layer in build(without).layers for board in layer.dashboards] == []


def test_dashboards_are_called_as_their_links_say() -> None:
    assert {board.uid: board.title for board in DASHBOARDS} == TITLES


def test_uids_are_such_as_grafana_takes() -> None:
    assert [uid for uid in TITLES if not re.fullmatch(r"[a-z][a-z-]{7,39}", uid)] == []


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_titles_within_a_dashboard_are_unique(board: Dashboard) -> None:
    titles = Counter((row.title, panel.title) for row in board.rows for panel in row.panels)
    assert set(titles.values()) == {1}


def test_each_panel_says_what_it_shows_in_which_unit_and_what_to_make_of_it() -> None:
    for board, row, panel in PANELS:
        where = f"{board.uid}: {row.title}: {panel.title}"
        assert panel.title, where
        assert panel.unit, where
        assert panel.queries, where
        assert panel.description.endswith("."), where
        assert len(panel.description) > 8, where


def test_units_are_those_that_grafana_knows() -> None:
    from grafana_foundation_sdk.models import units

    known = {value for value in vars(units).values() if isinstance(value, str)}
    used = {panel.unit for *_, panel in PANELS} | {query.unit for *_, query in QUERIES if query.unit}
    assert used - known == set()


def test_thresholds_ascend() -> None:
    for *_, panel in PANELS:
        assert sorted(panel.steps, key=lambda step: step.at) == list(panel.steps), panel.title


def test_several_series_of_a_panel_are_told_apart() -> None:
    for board, panel, query in QUERIES:
        if len(panel.queries) > 1:
            assert query.legend, f"{board.uid}: {panel.title}"


@pytest.mark.parametrize(("board", "query"), EXPRESSIONS, ids=NAMES)
def test_an_expression_parses_and_counts_over_what_grafana_chooses(board: Dashboard, query: Query) -> None:
    tree = promql.parsed(query.expr, variables(board))
    assert metrics(query.expr) == {read.metric for read in promql.reads(tree)}
    for function, _, seconds in promql.windows(tree):
        chosen = (RANGE,) if function == "rate" else (RANGE, PERIOD)
        assert f"{seconds}s" in [promql.WINDOWS[each] for each in chosen], function


@pytest.mark.parametrize(("board", "query"), EXPRESSIONS, ids=NAMES)
def test_an_expression_uses_only_choices_of_its_dashboard(board: Dashboard, query: Query) -> None:
    used = set(re.findall(r"\$\{?([a-z]\w*)", query.expr))
    assert used <= set(variables(board))


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_each_choice_of_a_dashboard_is_used(board: Dashboard) -> None:
    text = " ".join(query.expr for _, query in promql.queries(board))
    assert [name for name in variables(board) if f"${name}" not in text and f"${{{name}}}" not in text] == []


def test_the_applications_to_choose_from_are_the_declared_ones() -> None:
    for board in DASHBOARDS:
        for variable in board.variables:
            if variable.name == "application":
                assert variable.choices == (("shop", "shop"), ("reports", "reporting"))


def test_panels_of_cilium_are_there_where_cilium_is() -> None:
    plan = build(stacks.stack_config("dev", {**WATCHED, **OTHER_NETWORK}))
    text = " ".join(
        query.expr
        for layer in plan.layers
        for board in layer.dashboards
        for _, query in promql.queries(board)
    )
    assert "cilium_" not in text
    assert any("cilium_" in query.expr for *_, query in QUERIES)


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_the_json_is_what_grafana_reads_of_a_dashboard(board: Dashboard) -> None:
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard as Model

    register_default_plugins()
    document = json.loads(grafana_json(board))
    read_back = json.loads(json.dumps(Model.from_json(document), cls=JSONEncoder))
    assert read_back == document
    assert document["uid"] == board.uid
    assert document["title"] == board.title
    ids = [panel["id"] for panel in document["panels"]]
    assert len(ids) == len(set(ids)) == len(board.rows) + sum(len(row.panels) for row in board.rows)


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_every_panel_and_query_asks_the_data_source_that_is_chosen(board: Dashboard) -> None:
    document = json.loads(grafana_json(board))
    names = {variable["name"] for variable in document["templating"]["list"]}
    asked = [
        part["datasource"]["uid"]
        for panel in document["panels"]
        if panel["type"] != "row"
        for part in (panel, *panel["targets"])
    ]
    assert set(asked) == {f"${{{METRICS}}}"}
    assert {uid.strip("${}") for uid in asked} <= names


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_a_dashboard_links_to_all_others_by_their_uids(board: Dashboard) -> None:
    links = {link["url"]: link["title"] for link in json.loads(grafana_json(board))["links"]}
    assert links == {f"/d/{each.uid}": each.title for each in DASHBOARDS if each is not board}


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_panels_lie_within_the_grid_and_never_over_each_other(board: Dashboard) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(grafana_json(board))["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < COLUMNS
        assert not cells & taken, panel["title"]
        taken |= cells


WRITTEN = """
import hashlib
from network.plan import build
from network.plan.observability.grafana import grafana_json
from tests import stacks
from tests.unit.plan.test_dashboards import WATCHED
plan = build(stacks.stack_config("prod", WATCHED))
text = "".join(grafana_json(board) for layer in plan.layers for board in layer.dashboards)
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_the_json_is_the_same_in_every_run() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", WRITTEN],
            cwd=stacks.ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(stacks.ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_a_table_has_a_column_for_each_query_in_its_own_unit() -> None:
    panel = Panel(
        "Certificates",
        "What ends when.",
        "short",
        (Query("a", "ends in", instant=True, unit="s"), Query("b", "ready", instant=True)),
        "table",
    )
    (_, table) = json.loads(grafana_json(_of(panel)))["panels"]
    assert [each["format"] for each in table["targets"]] == ["table", "table"]
    (organize,) = [each for each in table["transformations"] if each["id"] == "organize"]
    assert organize["options"]["renameByName"] == {"Value #A": "ends in", "Value #B": "ready"}
    (override,) = table["fieldConfig"]["overrides"]
    assert override["matcher"] == {"id": "byName", "options": "ends in"}
    assert override["properties"] == [{"id": "unit", "value": "s"}]


def test_the_one_value_of_a_table_is_renamed_as_well() -> None:
    panel = Panel("Firing", "What fires.", "short", (Query("a", "series", instant=True),), "table")
    (_, table) = json.loads(grafana_json(_of(panel)))["panels"]
    assert table["transformations"][1]["options"]["renameByName"] == {"Value": "series"}


def test_colors_begin_at_the_lowest() -> None:
    panel = Panel(
        "Left", "Of it.", "short", (Query("a"),), "stat", "red", (Step(0, "yellow"), Step(0.5, "green"))
    )
    (_, stat) = json.loads(grafana_json(_of(panel)))["panels"]
    assert stat["fieldConfig"]["defaults"]["thresholds"]["steps"] == [
        {"color": "red", "value": None},
        {"color": "yellow", "value": 0},
        {"color": "green", "value": 0.5},
    ]


def test_choices_are_all_chosen_at_first() -> None:
    board = _of(
        Panel("Up", "What is.", "short", (Query("up"),)),
        Variable("namespace", "Namespace", "label_values(up, namespace)"),
        Variable("application", "Application", choices=(("shop", "shop"), ("reports", "reporting"))),
    )
    _, asked, given = json.loads(grafana_json(board))["templating"]["list"]
    assert asked["query"] == "label_values(up, namespace)"
    assert given["query"] == "shop, reports : reporting"
    for each in (asked, given):
        assert each["includeAll"] is each["multi"] is True
        assert each["current"]["value"] == ["$__all"]


def _of(panel: Panel, *choices: Variable) -> Dashboard:
    return Dashboard("network-toys", "Toys", "Of a test.", (Row("Row", (panel,)),), choices)
