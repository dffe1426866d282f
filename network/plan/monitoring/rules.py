"""Rules as the operator's objects (OBS-6, OBS-8)."""

from collections.abc import Sequence
from typing import Any

from network.plan.model.dashes import dashed
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.monitoring import API_VERSION
from network.plan.model.rules import Alert, Recording, RuleGroup
from network.plan.monitoring.monitors import PREFIX
from network.plan.monitoring.place import Place

RUNBOOKS = "docs/runbooks/alerts"
"""Folder in the repository that holds a page for each alert."""


def rule(where: Place, layer: str, groups: Sequence[RuleGroup]) -> Manifest:
    """Return the rules of a layer."""
    return manifest(
        API_VERSION,
        "PrometheusRule",
        f"{PREFIX}{dashed(layer.lower())}",
        namespace=where.namespace,
        labels=where.labels,
        spec={"groups": [_group(where, group) for group in groups]},
    )


def _group(where: Place, group: RuleGroup) -> dict[str, Any]:
    return {
        "name": group.name,
        **({} if group.interval is None else {"interval": group.interval}),
        "rules": [_rule(where, each) for each in group.rules],
    }


def _rule(where: Place, rule: Recording | Alert) -> dict[str, Any]:
    expr = where.expression(rule.expr)
    if isinstance(rule, Recording):
        return {
            "record": rule.record,
            "expr": expr,
            **({"labels": dict(rule.labels)} if rule.labels else {}),
        }
    return {
        "alert": rule.name,
        "expr": expr,
        "for": rule.wait,
        "labels": {**rule.labels, "severity": rule.severity},
        "annotations": {
            "summary": rule.summary,
            "description": rule.description,
            "runbook": f"{RUNBOOKS}/{rule.name}.md",
            "dashboard": rule.dashboard,
        },
    }
