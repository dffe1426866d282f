"""Dashboards as the JSON that Grafana is provisioned with (OBS-5)."""

import json
from dataclasses import asdict

from network.plan.model.dashboards import Dashboard


def grafana_json(dashboard: Dashboard) -> str:
    """Return a dashboard as Grafana reads it; the same one always gives the same text."""
    return json.dumps(asdict(dashboard), sort_keys=True)
