"""Logs and traces (OBS-2, OBS-3): agents that read lines on the nodes, the collector that all passes, the
store.

In namespaces of their own rather than Prometheus': they are the same where that is somebody else's, and
nobody who may look at metrics reads logs by that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from network.config import StackConfig
from network.config.platform import TELEMETRY, TELEMETRY_NODES
from network.plan.model.kubernetes import ReleasePlan, SecretPlan
from network.plan.model.layer import LayerPlan
from network.plan.model.namespaces import NamespacePlan, labelled, of_platform
from network.plan.telemetry import agent, alerts, flows, gateway, store


@dataclass(frozen=True, kw_only=True)
class TelemetryPlan(LayerPlan):
    """What runs, in the order of declaration; nothing where neither logs nor traces are asked for."""

    title = "Logs and traces"

    secrets: tuple[SecretPlan, ...] = ()
    """Credentials of stores that others run."""
    releases: tuple[ReleasePlan, ...] = ()
    """Each before those that send to it."""


def build(config: StackConfig) -> TelemetryPlan:
    """Return the plan of logs and traces."""
    logs = config.observability.logs if config.observability else None
    traces = config.observability.traces if config.observability else None
    if logs is None and traces is None:
        return TelemetryPlan()
    parts = [gateway.build(config)]
    if logs is not None:
        parts = [
            *([store.build(config, logs.store.install)] if logs.store.install else []),
            *parts,
            agent.build(config, logs),
        ]
    return TelemetryPlan(
        namespaces=tuple(_namespaces(config, on_nodes=logs is not None)),
        flows=flows.build(config),
        metrics=tuple(part.metrics for part in parts),
        pods=tuple(part.pods for part in parts),
        rules=alerts.build(config),
        secrets=gateway.secrets(config),
        releases=tuple(part.release for part in parts),
        volumes=tuple(volume for part in parts for volume in part.volumes),
        taken=tuple(part.taken for part in parts),
    )


def _namespaces(config: StackConfig, *, on_nodes: bool) -> Iterator[NamespacePlan]:
    yield of_platform(config, TELEMETRY)
    if on_nodes:
        # Files of the node are mounted: no stricter standard than `privileged` allows that.
        yield NamespacePlan(
            TELEMETRY_NODES, "created", labelled(config, TELEMETRY_NODES, "privileged"), "platform"
        )
