"""What a Prometheus must scrape: as many targets of each job as the plan and the cluster say."""

from typing import Any

from network.plan import Plan
from network.plan.model.flows import Pods
from tests.lab.platform import Platform


def expected(plan: Plan, platform: Platform) -> dict[str, int]:
    """How many targets each declared job has."""
    nodes, everything = len(platform.objects("nodes")), platform.objects("pods", "--all-namespaces")
    return {
        endpoint.job: _count(everything, endpoint.target) if isinstance(endpoint.target, Pods) else nodes
        for layer in plan.layers
        for endpoint in layer.metrics
    }


def _count(everything: list[dict[str, Any]], target: Pods) -> int:
    return sum(
        pod["metadata"]["namespace"] == target.namespace
        and target.labels.items() <= pod["metadata"]["labels"].items()
        for pod in everything
    )
