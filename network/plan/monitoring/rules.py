"""Rules as the operator's objects (OBS-6, OBS-8)."""

from collections.abc import Sequence
from dataclasses import replace

from network.config.observability.alerting import Alerting
from network.plan.model.dashes import dashed
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.monitoring import API_VERSION
from network.plan.model.rules import RuleGroup
from network.plan.monitoring.monitors import PREFIX
from network.plan.monitoring.place import Place
from network.plan.observability.rule_file import RUNBOOKS
from network.plan.observability.rule_file import groups as rule_file


def rule(where: Place, alerting: Alerting, layer: str, groups: Sequence[RuleGroup]) -> Manifest:
    """Return the rules of a layer, whose alerts link to where people read of them."""
    return manifest(
        API_VERSION,
        "PrometheusRule",
        f"{PREFIX}{dashed(layer.lower())}",
        namespace=where.namespace,
        labels=where.labels,
        spec=rule_file(
            [_placed(where, group) for group in groups],
            runbooks=alerting.runbooks or RUNBOOKS,
            dashboards=alerting.dashboards,
        ),
    )


def _placed(where: Place, group: RuleGroup) -> RuleGroup:
    return replace(
        group, rules=tuple(replace(each, expr=where.expression(each.expr)) for each in group.rules)
    )
