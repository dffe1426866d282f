"""A program that a release runs here, and what the collector's two have in common. Which components they may
name: docs/facts/observability.md#components-of-the-collector."""

from dataclasses import dataclass
from typing import Any

from network import versions
from network.config.charts import CollectorChart
from network.plan.model.capacity import Taken
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.layer import MetricsEndpoint, RunningPods
from network.plan.model.volumes import VolumePlan

METRICS_PORT = 8888
"""Where a collector tells of itself."""

HEALTH_PORT = 13133

OWN_ADDRESS = "${env:MY_POD_IP}"
"""The chart gives each pod its address by this variable."""

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}
"""What Pod Security's strictest standard asks of containers, and a file system that nobody writes to."""

COMMAND = {"name": "otelcol-k8s"}
"""The distribution's program."""

MEMORY_LIMITER = {"check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 20}
"""Refuses what comes in above 55 % of the container's memory, so that senders wait and nothing is killed."""


@dataclass(frozen=True)
class Part:
    """One program: its release, its pods, where it tells of itself."""

    release: ReleasePlan
    pods: RunningPods
    metrics: MetricsEndpoint
    taken: Taken
    volumes: tuple[VolumePlan, ...] = ()


def collector_values(chart: CollectorChart, name: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return what the values of every collector begin with.

    `alternateConfig` replaces the chart's whole configuration, which opens receivers of other protocols.
    """
    own_metrics = {"pull": {"exporter": {"prometheus": {"host": OWN_ADDRESS, "port": METRICS_PORT}}}}
    return {
        "nameOverride": name,
        "fullnameOverride": "collector",
        "image": {
            "repository": versions.COLLECTOR_IMAGE,
            **({"tag": versions.COLLECTOR_IMAGE_TAG} if chart.is_pinned else {}),
        },
        "command": COMMAND,
        "alternateConfig": {
            **config,
            "extensions": {
                "health_check": {"endpoint": f"{OWN_ADDRESS}:{HEALTH_PORT}"},
                **config.get("extensions", {}),
            },
            "service": {
                **config["service"],
                "extensions": ["health_check", *config.get("extensions", {})],
                "telemetry": {"metrics": {"readers": [own_metrics]}},
            },
        },
    }


def ports(**open_: int) -> dict[str, Any]:
    """Return the chart's `ports`: those given by name, none of its own, which agents open on the node too."""
    closed = ("otlp", "otlp-http", "jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin")
    return {
        **{name: {"enabled": False} for name in closed},
        **{
            name: {"enabled": True, "containerPort": port, "servicePort": port, "protocol": "TCP"}
            for name, port in {**open_, "metrics": METRICS_PORT}.items()
        },
    }
