"""Dashboards as plain data; `network/plan/observability/grafana.py` makes Grafana's JSON of them (OBS-5)."""

from dataclasses import dataclass
from typing import Literal

TRAEFIK, SERVICES, PERFORMANCE, SECURITY, OBJECTIVES = (
    "network-traefik",
    "network-services",
    "network-performance",
    "network-security",
    "network-objectives",
)
"""Uids: alerts, runbooks and dashboards link to them, so they never change."""

TITLES = {
    OBJECTIVES: "Objectives and alerts",
    TRAEFIK: "Traefik",
    SERVICES: "Service health",
    PERFORMANCE: "Network performance",
    SECURITY: "Security events",
}
"""What each is called, in the order of the links that all of them have: what is promised first, then where to
look for the cause."""

Kind = Literal["timeseries", "stat", "table", "bargauge"]

Color = Literal["green", "yellow", "red"]


@dataclass(frozen=True)
class Query:
    """An expression of PromQL."""

    expr: str
    legend: str = ""
    """Grafana's template of a series' name: `{{router}}`. In a table, the name of its column."""
    instant: bool = False
    """The value now, for stats and tables."""
    unit: str | None = None
    """Of a table's column, where it is not the panel's."""


@dataclass(frozen=True)
class Step:
    """From which value on a panel has another color."""

    at: float
    color: Color


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
    below: Color = "green"
    """Color below the first step."""
    steps: tuple[Step, ...] = ()
    """Thresholds, ascending."""


@dataclass(frozen=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Variable:
    """A choice at the top of a dashboard, of several values or all: the values of a label, or given ones."""

    name: str
    label: str
    query: str = ""
    """Grafana's, such as `label_values(up, namespace)`."""
    choices: tuple[tuple[str, str], ...] | None = None
    """Instead of a query: values, each behind what it is called."""


@dataclass(frozen=True)
class Dashboard:
    """One dashboard."""

    uid: str
    """Stable and unique: alerts and other dashboards link to it."""
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    period: str = "6h"
    """How much it shows when it is opened, up to now."""
