"""Prometheus' operator's definitions, what runs to watch, and what it is told to do (OBS-1 to OBS-8)."""

from network.components.observability.definitions import PrometheusDefinitions, PrometheusDefinitionsArgs
from network.components.observability.monitoring import Monitoring, MonitoringArgs
from network.components.observability.watchers import Watchers, WatchersArgs

__all__ = [
    "Monitoring",
    "MonitoringArgs",
    "PrometheusDefinitions",
    "PrometheusDefinitionsArgs",
    "Watchers",
    "WatchersArgs",
]
