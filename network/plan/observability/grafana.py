"""Dashboards as the JSON that Grafana is provisioned with (OBS-5).

Of Grafana's two formats the older one: files and ConfigMaps hold it, and every Grafana since 7 reads it.
"""

import functools
import json
import math
from collections.abc import Callable, Iterator
from itertools import count, groupby
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from network.plan.model.dashboards import TITLES, Dashboard, Kind, Panel, Query, Row

if TYPE_CHECKING:
    # At run time imported by whoever needs it: nobody who checks a stack file waits for it.
    from grafana_foundation_sdk.models.dashboard import GridPos

PROMETHEUS_TYPE = "prometheus"
"""Grafana's id of the kind of data source."""

METRICS = "datasource"
"""Variable that chooses the data source: which it is differs between Grafanas."""

TAG = "network"
"""Of each dashboard: Grafana lists them by it."""

COLUMNS = 24
"""Of Grafana's grid."""
PER_LINE: dict[Kind, int] = {"stat": 6, "timeseries": 3, "bargauge": 3, "table": 1}
HEIGHTS: dict[Kind, int] = {"stat": 4, "timeseries": 8, "bargauge": 8, "table": 9}


@functools.lru_cache(maxsize=64)
def grafana_json(dashboard: Dashboard) -> str:
    """Return a dashboard as Grafana reads it; the same one always gives the same text.

    Stacks have most of theirs in common, and to write one takes longer than all else that is planned.
    """
    from grafana_foundation_sdk.builders import dashboard as builders
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models.dashboard import DashboardCursorSync

    built = (
        builders.Dashboard(dashboard.title)
        .uid(dashboard.uid)
        .description(dashboard.description)
        .tags([TAG])
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time(f"now-{dashboard.period}", "now")
        .timezone("utc")
        .refresh("1m")
        .variables(list(_variables(dashboard)))
        .links(list(_links(dashboard)))
    )
    ids = count(1)
    y = 0
    for row in dashboard.rows:
        places, bottom = _layout(row, y + 1)
        built.with_row(builders.Row(row.title).id(next(ids)).grid_pos(_place(COLUMNS, 1, 0, y)))
        for panel, place in zip(row.panels, places, strict=True):
            built.with_panel(_panel(panel).id(next(ids)).grid_pos(place))
        y = bottom
    # Python has no encoder in C for what is indented, and without one this took most of a whole plan's time.
    plain = json.loads(json.dumps(built.build(), cls=JSONEncoder, sort_keys=True))
    return to_json(plain, indent=2, ensure_ascii=True).decode() + "\n"


def _variables(dashboard: Dashboard) -> Iterator[Any]:
    from grafana_foundation_sdk.builders import dashboard as builders
    from grafana_foundation_sdk.models.dashboard import VariableRefresh

    yield builders.DatasourceVariable(METRICS).label("Metrics").type(PROMETHEUS_TYPE)
    for each in dashboard.variables:
        if each.choices is None:
            variable = (
                builders.QueryVariable(each.name)
                .datasource(_metrics())
                .query(each.query)
                .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
            )
        else:
            variable = builders.CustomVariable(each.name).values(_choices(each.choices))
        yield variable.label(each.label).multi(True).include_all(True).current(_all())


def _choices(choices: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(name if name == value else f"{name} : {value}" for name, value in choices)


def _all() -> Any:
    from grafana_foundation_sdk.models.dashboard import VariableOption

    return VariableOption(selected=True, text=["All"], value=["$__all"])


def _links(dashboard: Dashboard) -> Iterator[Any]:
    """Yield a link to each of the other dashboards, with the time and the choices that are looked at."""
    from grafana_foundation_sdk.builders import dashboard as builders
    from grafana_foundation_sdk.models.dashboard import DashboardLinkType

    for uid, title in TITLES.items():
        if uid != dashboard.uid:
            yield (
                builders.DashboardLink(title)
                .type(DashboardLinkType.LINK)
                .url(f"/d/{uid}")
                .icon("dashboard")
                .keep_time(True)
                .include_vars(True)
            )


def _layout(row: Row, top: int) -> tuple[list["GridPos"], int]:
    """Return where the panels of a row are, and where the next row may begin.

    Panels of one kind that follow each other share lines, as evenly as they can.
    """
    places: list[GridPos] = []
    y = top
    for panels in (list(alike) for _, alike in groupby(row.panels, key=lambda panel: panel.kind)):
        number, kind = len(panels), panels[0].kind
        lines = math.ceil(number / PER_LINE[kind])
        for line in range(lines):
            on_it = number * (line + 1) // lines - number * line // lines
            width = COLUMNS // on_it
            places += [_place(width, HEIGHTS[kind], width * each, y) for each in range(on_it)]
            y += HEIGHTS[kind]
    return places, y


def _place(width: int, height: int, x: int, y: int) -> "GridPos":
    from grafana_foundation_sdk.models.dashboard import GridPos

    return GridPos(h=height, w=width, x=x, y=y)


def _metrics() -> Any:
    from grafana_foundation_sdk.models.common import DataSourceRef

    return DataSourceRef(type_val=PROMETHEUS_TYPE, uid=f"${{{METRICS}}}")


def _panel(panel: Panel) -> Any:
    built = (
        BUILDERS[panel.kind](panel)
        .title(panel.title)
        .description(panel.description)
        .unit(panel.unit)
        .thresholds(_thresholds(panel))
        .datasource(_metrics())
    )
    for index, query in enumerate(panel.queries):
        built.with_target(_target(panel.kind, query).ref_id(_ref(index)))
    return built


def _ref(index: int) -> str:
    """Return by which name a panel's query is referred to."""
    return chr(ord("A") + index)


def _target(kind: Kind, query: Query) -> Any:
    from grafana_foundation_sdk.builders import prometheus
    from grafana_foundation_sdk.models.prometheus import PromQueryFormat

    target = prometheus.Dataquery().datasource(_metrics()).expr(query.expr).legend_format(query.legend)
    if query.instant:
        target = target.instant()
    return target.format(PromQueryFormat.TABLE if kind == "table" else PromQueryFormat.TIME_SERIES)


def _thresholds(panel: Panel) -> Any:
    from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
    from grafana_foundation_sdk.models.dashboard import Threshold, ThresholdsMode

    steps = [Threshold(value=None, color=panel.below)]
    steps += [Threshold(value=step.at, color=step.color) for step in panel.steps]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _timeseries(panel: Panel) -> Any:
    from grafana_foundation_sdk.builders import common
    from grafana_foundation_sdk.builders.timeseries import Panel as Builder
    from grafana_foundation_sdk.models.common import (
        GraphThresholdsStyleMode,
        LegendDisplayMode,
        LegendPlacement,
        SortOrder,
        TooltipDisplayMode,
    )

    built = (
        Builder()
        .axis_soft_min(0)
        .fill_opacity(5)
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.TABLE)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["max", "lastNotNull"])
        )
    )
    if panel.steps:
        style = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
        built = built.thresholds_style(style)
    return built


def _stat(_: Panel) -> Any:
    from grafana_foundation_sdk.builders.common import ReduceDataOptions
    from grafana_foundation_sdk.builders.stat import Panel as Builder

    return Builder().reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))


def _bargauge(_: Panel) -> Any:
    from grafana_foundation_sdk.builders.bargauge import Panel as Builder
    from grafana_foundation_sdk.builders.common import ReduceDataOptions
    from grafana_foundation_sdk.models.common import VizOrientation

    return (
        Builder()
        .min(0)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .orientation(VizOrientation.HORIZONTAL)
    )


def _table(panel: Panel) -> Any:
    """Return a table with a line for each set of labels, and a column for each query."""
    from grafana_foundation_sdk.builders.table import Panel as Builder
    from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue

    # Grafana calls the values after their query only where there are several.
    alone = len(panel.queries) == 1
    names = {
        "Value" if alone else f"Value #{_ref(index)}": query.legend
        for index, query in enumerate(panel.queries)
    }
    built = (
        Builder()
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(
            DataTransformerConfig(
                id_val="organize", options={"excludeByName": {"Time": True}, "renameByName": names}
            )
        )
    )
    for query in panel.queries:
        if query.unit is not None:
            unit = DynamicConfigValue(id_val="unit", value=query.unit)
            built = built.override_by_name(query.legend, [unit])
    return built


BUILDERS: dict[Kind, Callable[[Panel], Any]] = {
    "timeseries": _timeseries,
    "stat": _stat,
    "bargauge": _bargauge,
    "table": _table,
}
