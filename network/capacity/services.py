"""Services of all layers, each of which takes an address of the Service range."""

from collections.abc import Iterator

from network.plan import Plan
from network.plan.model.capacity import Limit, Need
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.parts import found

OF_RELEASE = 8
"""Services that a chart makes: kube-prometheus-stack as many, others fewer."""

OF_CLUSTER = 4
"""Those of the cluster itself: the API server's, the DNS', Hubble's relay and page."""


def limits(plan: Plan) -> Iterator[Limit]:
    """Yield how many Services there are addresses for."""
    declared = sum(each["kind"] == "Service" for each in found(plan.layers, dict))
    releases = sum(1 for _ in found(plan.layers, ReleasePlan))
    yield Limit(
        "Services: addresses",
        "Services",
        plan.addresses.capacity.services,
        Need(fixed=declared + OF_RELEASE * releases + OF_CLUSTER),
        "cluster.serviceRange, which replaces the cluster",
        "another cluster",
    )
