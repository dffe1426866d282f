"""Dashboards as plain data; `network/plan/observability/` makes Grafana's JSON of them (OBS-5)."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["timeseries", "stat", "table", "bargauge", "logs"]


@dataclass(frozen=True)
class Query:
    """An expression of PromQL, or of the log store where the panel is of kind `logs`."""

    expr: str
    legend: str = ""
    """Grafana's template of a series' name: `{{router}}`."""
    instant: bool = False
    """The value now, for stats and tables."""


@dataclass(frozen=True)
class Panel:
    """One panel."""

    title: str
    description: str
    """What it tells, and what to make of it."""
    unit: str
    """Grafana's name of the unit: `reqps`, `s`, `percentunit`, `bytes`, `short`."""
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"


@dataclass(frozen=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Variable:
    """A choice at the top of a dashboard: the values of a label."""

    name: str
    label: str
    query: str
    """Grafana's, such as `label_values(up, namespace)`."""


@dataclass(frozen=True)
class Dashboard:
    """One dashboard."""

    uid: str
    """Stable and unique: alerts and other dashboards link to it."""
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
