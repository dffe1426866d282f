"""Every rule of a stack that uses every kind of promise, as the layers bring them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from network.config import StackConfig
from network.config.bought import EXAMPLE
from network.plan import build
from network.plan.model.rules import Alert, RuleGroup
from tests import stacks

HOST = "shop.dev.k8s.webgrip.nl"
ROUTER = "shop_shop_0@kubernetescrd"
"""Of the dev stack's route to that host."""

OBJECTIVES: Mapping[str, Any] = {
    "shop": {
        "host": HOST,
        "availability": 99.9,
        "latency": [{"within": "300ms", "target": 95}],
        "throughput": {"atLeast": 1, "atMost": 100},
    }
}


TELEMETRY: Mapping[str, Any] = {
    "logs": {"store": {"install": {}}},
    "traces": {"endpoint": {"url": "https://otlp.example.org"}},
}
"""All that is told of logs and traces."""


def stack(promises: Mapping[str, Any] = OBJECTIVES, over: Mapping[str, Any] | None = None) -> StackConfig:
    """Return the dev stack with objectives, logs, traces and a certificate that was bought."""
    observability = {"prometheus": {"install": {}}, "objectives": dict(promises), **TELEMETRY}
    teams = {"shop": {"team": "sales"}}
    bought = {"shop": {"pem": EXAMPLE}}
    layers = {
        "network:observability": observability,
        "network:applications": teams,
        "network:certificates": {"bought": bought},
    }
    return stacks.stack_config("dev", stacks.merged(layers, over or {}), without=stacks.WATCHING)


@cache
def groups() -> Mapping[str, RuleGroup]:
    """Return every group of rules by its name."""
    return {group.name: group for layer in build(stack()).layers for group in layer.rules}


def jobs() -> list[str]:
    """Return every job that Prometheus shall have targets of."""
    return [endpoint.job for layer in build(stack()).layers for endpoint in layer.metrics]


def every_alert() -> Mapping[str, Alert]:
    """Return every alert by its name."""
    return {rule.name: rule for group in groups().values() for rule in group.rules if isinstance(rule, Alert)}


def groups_of(alert: str) -> list[RuleGroup]:
    """Return the group that an alert stands in, after those whose series it reads: promtool evaluates all
    that it is given at each step."""
    group = next(each for each in groups().values() if every_alert()[alert] in each.rules)
    recorded = [each for name, each in groups().items() if name.startswith("objective-")]
    return [groups()["owners"], *(recorded if group.name == "objectives" else []), group]
