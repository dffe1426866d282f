"""What the panels of the dashboards ask, and which of them have nothing to show in this lab."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from network.plan import Plan
from network.plan.model.promql import PERIOD, RANGE
from tests.lab.prometheus import Prometheus

_RATE_INTERVAL, _ALL = "1m", "1h"
"""What Grafana puts in: a few scrapes, and what is shown."""


@dataclass(frozen=True)
class Asked:
    """A query of a panel."""

    dashboard: str
    panel: str
    legend: str
    expression: str

    @property
    def name(self) -> str:
        """As it is listed."""
        return f"{self.dashboard}: {self.panel}{self.legend and f' ({self.legend})'}"


def asked(plan: Plan) -> Iterator[Asked]:
    """Every query to Prometheus, with all that can be chosen chosen."""
    for layer in plan.layers:
        for dashboard in layer.dashboards:
            for row in dashboard.rows:
                for panel in row.panels:
                    for query in panel.queries:
                        expression = query.expr.replace(RANGE, _RATE_INTERVAL).replace(PERIOD, _ALL)
                        for variable in dashboard.variables:
                            expression = expression.replace(f"${{{variable.name}}}", ".+").replace(
                                f"${variable.name}", ".+"
                            )
                        yield Asked(dashboard.uid, f"{row.title}, {panel.title}", query.legend, expression)


def has_data(prometheus: Prometheus, query: Asked, since: float, until: float) -> bool:
    """Whether a panel shows anything of a span of time, be it of one scrape."""
    found: Any = prometheus.get(
        "query_range", query=query.expression, start=f"{since:.0f}", end=f"{until:.0f}", step="5"
    )
    return any(value != "NaN" for series in found["result"] for _, value in series["values"])
