"""Scrapes of the platform's metrics by the pods that the stack names (POL-2, POL-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from network.config import StackConfig
from network.plan.applications.flows import workload_pods
from network.plan.model.flows import Flow, Pods, Port
from network.plan.model.layer import LayerPlan
from network.plan.model.names import application_namespace


@dataclass(frozen=True, kw_only=True)
class MonitoringPlan(LayerPlan):
    """The flows from the monitoring pods."""

    title = "Observability"


def build(config: StackConfig, layers: Sequence[LayerPlan]) -> MonitoringPlan:
    """Return the flows to each endpoint of the layers; none where the stack names no pods that scrape."""
    named = config.policies.monitoring
    if named is None:
        return MonitoringPlan()
    scraper = _declared(config, named.namespace, named.labels) or Pods(
        named.namespace, "monitoring", named.labels
    )
    return MonitoringPlan(
        flows=tuple(
            Flow(
                f"monitoring-to-{endpoint.pods.name}-metrics",
                scraper,
                endpoint.pods,
                (Port(endpoint.port),),
                "Scrapes metrics.",
            )
            for layer in layers
            for endpoint in layer.metrics
        )
    )


def _declared(config: StackConfig, namespace: str, labels: dict[str, str]) -> Pods | None:
    """Return the workload that these pods are, where an application declares it."""
    for name, application in config.applications.items():
        if application_namespace(config, name) == namespace:
            for workload, declared in application.workloads.items():
                if declared.labels == labels:
                    return workload_pods(config, name, workload)
    return None
