"""What the shipped stacks and the one with every option plan, for tests to be parametrized by."""

from collections.abc import Collection, Mapping
from functools import cache

from network.plan import Plan, build
from network.plan.model.kubernetes import ReleasePlan
from tests import stacks

STACKS = (*stacks.NAMES, "everything")


@cache
def plan_of(stack: str) -> Plan:
    """Return the plan of one of `STACKS`."""
    return build(stacks.everything() if stack == "everything" else stacks.stack_config(stack))


def releases(plan: Plan) -> Mapping[str, ReleasePlan]:
    """Return the releases of the platform and of what watches it, by the names of their charts."""
    watching = (plan.observability.stack, plan.observability.prober)
    found = (plan.ingress.release, plan.certificates.release, *(each for each in watching if each))
    return {release.chart_name: release for release in found}


def of_each_stack(charts: Collection[str]) -> list[tuple[str, str]]:
    """Return each stack with each of the charts that it releases: no test need skip for one that it has
    not."""
    return [(stack, name) for stack in STACKS for name in releases(plan_of(stack)) if name in charts]
