"""Dashboards as ConfigMaps that Grafana's sidecar finds by their label (OBS-5)."""

from dataclasses import replace

from network.plan.model.dashboards import Dashboard, Panel, Row
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.monitoring.place import Place
from network.plan.observability.grafana import grafana_json
from network.plan.observability.grafana_server import DASHBOARD_LABEL, DASHBOARD_VALUE


def config_map(where: Place, dashboard: Dashboard) -> Manifest:
    """Return the ConfigMap of a dashboard."""
    return manifest(
        "v1",
        "ConfigMap",
        dashboard.uid,
        namespace=where.namespace,
        labels={**where.labels, DASHBOARD_LABEL: DASHBOARD_VALUE},
        data={f"{dashboard.uid}.json": grafana_json(_placed(where, dashboard))},
    )


def _placed(where: Place, dashboard: Dashboard) -> Dashboard:
    """Return a dashboard whose expressions have the jobs' names of a place."""

    def panel(each: Panel) -> Panel:
        queries = (replace(query, expr=where.expression(query.expr)) for query in each.queries)
        return replace(each, queries=tuple(queries))

    def row(each: Row) -> Row:
        return replace(each, panels=tuple(panel(one) for one in each.panels))

    return replace(dashboard, rows=tuple(row(each) for each in dashboard.rows))
