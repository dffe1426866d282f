"""What follows from all layers for whoever watches: scrapes, rules, dashboards, and the flows of scrapes
(OBS-1, OBS-5 to OBS-8, POL-2, POL-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from network.config import StackConfig
from network.plan.applications.flows import workload_pods
from network.plan.model.flows import Flow, Pods, Port
from network.plan.model.kubernetes import Manifest
from network.plan.model.layer import LayerPlan, MetricsEndpoint
from network.plan.model.names import application_namespace
from network.plan.monitoring import dashboards, monitors, rules
from network.plan.monitoring.place import place
from network.plan.observability.alerts import of_targets
from network.plan.observability.pods import PROMETHEUS


@dataclass(frozen=True, kw_only=True)
class MonitoringPlan(LayerPlan):
    """Objects that an operator of Prometheus reads, its own or another's, and Grafana."""

    title = "Monitoring"

    objects: tuple[Manifest, ...] = ()
    """A PodMonitor or ScrapeConfig for each job, a PrometheusRule for each layer with rules, a ConfigMap for
    each dashboard."""


def build(config: StackConfig, layers: Sequence[LayerPlan]) -> MonitoringPlan:
    """Return what follows from what the layers bring; nothing where nobody watches."""
    scraper = _scraper(config)
    if scraper is None:
        return MonitoringPlan()
    endpoints = [endpoint for layer in layers for endpoint in layer.metrics]
    flows = tuple(_scrape(scraper, endpoint) for endpoint in endpoints)
    where = place(config)
    if where is None or config.observability is None:
        return MonitoringPlan(flows=flows)
    targets = of_targets(endpoint.job for endpoint in endpoints)
    ruled = [(layer.title, layer.rules) for layer in layers if layer.rules]
    alerting = config.observability.alerting
    return MonitoringPlan(
        flows=flows,
        rules=(targets,),
        objects=(
            *(monitors.monitor(where, endpoint) for endpoint in endpoints),
            *(
                rules.rule(where, alerting, title, groups)
                for title, groups in (*ruled, (MonitoringPlan.title, (targets,)))
            ),
            *(dashboards.config_map(where, each) for layer in layers for each in layer.dashboards),
        ),
    )


def _scrape(scraper: Pods, endpoint: MetricsEndpoint) -> Flow:
    return Flow(
        f"monitoring-to-{endpoint.job}-metrics",
        scraper,
        endpoint.target,
        (Port(endpoint.port),),
        "Scrapes metrics.",
    )


def _scraper(config: StackConfig) -> Pods | None:
    """Return the pods that scrape: Prometheus' own, or those that the stack names."""
    named = config.policies.monitoring
    if config.observability is not None:
        integrate = config.observability.prometheus.integrate
        if integrate is None:
            return PROMETHEUS
        named = integrate.scraper
    if named is None:
        return None
    return _declared(config, named.namespace, named.labels) or Pods(
        named.namespace, "monitoring", named.labels
    )


def _declared(config: StackConfig, namespace: str, labels: dict[str, str]) -> Pods | None:
    """Return the workload that these pods are, where an application declares it."""
    for name, application in config.applications.items():
        if application_namespace(config, name) == namespace:
            for workload, declared in application.workloads.items():
                if declared.labels == labels:
                    return workload_pods(config, name, workload)
    return None
