"""What the shipped stacks and the one with every option plan, for tests to be parametrized by."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from network.plan import Plan, build
from network.plan.model.kubernetes import ReleasePlan
from tests import stacks

STACKS = (*stacks.NAMES, "everything")

KEEPING = "dev that keeps its logs"
"""The dev stack with a store of its own for logs, which the one with every option has elsewhere."""
KEPT: dict[str, Any] = {
    "network:observability": {
        "prometheus": {"install": {}},
        "logs": {
            "store": {"install": {"storage": {"size": "50Gi", "volumes": "retain"}}},
            "applications": ["shop"],
        },
        "traces": {"endpoint": {"url": "https://otlp.example.org"}},
    }
}
"""What it lays over the dev stack."""


@cache
def plan_of(stack: str) -> Plan:
    """Return the plan of one of `STACKS`, or of `KEEPING`."""
    if stack == KEEPING:
        return build(stacks.stack_config("dev", KEPT))
    return build(stacks.everything() if stack == "everything" else stacks.stack_config(stack))


def releases(plan: Plan) -> Mapping[str, ReleasePlan]:
    """Return the releases of the platform and of what watches it, by their names."""
    watching = (plan.observability.stack, plan.observability.prober)
    found = (plan.ingress.release, plan.certificates.release, *(each for each in watching if each))
    return {release.name: release for release in (*found, *plan.telemetry.releases)}


def of_each_stack(charts: Collection[str]) -> list[tuple[str, str]]:
    """Return each stack with each of its releases of one of the charts: no test need skip for one that it
    has not. Of `KEEPING` those of logs and traces, since it has the others of dev."""
    stacks_and_releases = [
        *((stack, release) for stack in STACKS for release in releases(plan_of(stack)).values()),
        *((KEEPING, release) for release in plan_of(KEEPING).telemetry.releases),
    ]
    return [(stack, release.name) for stack, release in stacks_and_releases if release.chart_name in charts]
