"""Rules in the form that Prometheus reads: `spec` of a PrometheusRule, and a file for promtool."""

from collections.abc import Iterable
from typing import Any

from network.plan.model.rules import Alert, Recording, RuleGroup

RUNBOOKS = "docs/runbooks/alerts"
"""Folder of this repository with a page for each alert."""


def groups(
    rule_groups: Iterable[RuleGroup], *, runbooks: str = RUNBOOKS, dashboards: str | None = None
) -> dict[str, Any]:
    """Return `{"groups": […]}`.

    `runbooks`: address of the folder of the alerts' pages; `dashboards`: address of a Grafana, without which
    alerts name their dashboard's uid alone.
    """
    return {"groups": [_group(group, runbooks.rstrip("/"), dashboards) for group in rule_groups]}


def _group(group: RuleGroup, runbooks: str, dashboards: str | None) -> dict[str, Any]:
    interval = {} if group.interval is None else {"interval": group.interval}
    return {
        "name": group.name,
        **interval,
        "rules": [_rule(rule, runbooks, dashboards) for rule in group.rules],
    }


def _rule(rule: Recording | Alert, runbooks: str, dashboards: str | None) -> dict[str, Any]:
    if isinstance(rule, Recording):
        labels = {"labels": dict(rule.labels)} if rule.labels else {}
        return {"record": rule.record, "expr": rule.expr, **labels}
    linked = {} if dashboards is None else {"dashboard_url": f"{dashboards.rstrip('/')}/d/{rule.dashboard}"}
    return {
        "alert": rule.name,
        "expr": rule.expr,
        **({} if rule.wait == "0s" else {"for": rule.wait}),
        "labels": {"severity": rule.severity, **rule.labels},
        "annotations": {
            "summary": rule.summary,
            "description": rule.description,
            "dashboard": rule.dashboard,
            **linked,
            "runbook_url": f"{runbooks}/{rule.name}.md",
        },
    }
