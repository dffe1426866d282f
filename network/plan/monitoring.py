"""Scrapes of the platform's metrics by the pods that the stack names (POL-2, POL-3)."""

from network.config import StackConfig
from network.plan.applications.flows import workload_pods
from network.plan.ingress.entrypoints import CONTAINER_PORTS, METRICS
from network.plan.model.flows import Flow, Pods, Port
from network.plan.model.names import application_namespace
from network.plan.platform_flows import CAINJECTOR, CONTROLLER, TRAEFIK, WEBHOOK

CERT_MANAGER_METRICS = 9402
"""Port of the metrics of controller, webhook and cainjector; the chart's."""

SCRAPED = (
    (TRAEFIK, CONTAINER_PORTS[METRICS]),
    (CONTROLLER, CERT_MANAGER_METRICS),
    (WEBHOOK, CERT_MANAGER_METRICS),
    (CAINJECTOR, CERT_MANAGER_METRICS),
)


def build(config: StackConfig) -> tuple[Flow, ...]:
    """Return the flows from the monitoring pods; none where the stack names no such pods."""
    named = config.policies.monitoring
    if named is None:
        return ()
    scraper = _declared(config, named.namespace, named.labels) or Pods(
        named.namespace, "monitoring", named.labels
    )
    return tuple(
        Flow(f"monitoring-to-{pods.name}-metrics", scraper, pods, (Port(port),), "Scrapes metrics.")
        for pods, port in SCRAPED
    )


def _declared(config: StackConfig, namespace: str, labels: dict[str, str]) -> Pods | None:
    """Return the workload that these pods are, where an application declares it."""
    for name, application in config.applications.items():
        if application_namespace(config, name) == namespace:
            for workload, declared in application.workloads.items():
                if declared.labels == labels:
                    return workload_pods(config, name, workload)
    return None
