"""What the platform runs to watch itself, and what is watched of several layers at once (OBS-1 to OBS-8)."""

from dataclasses import dataclass

from network.config import StackConfig
from network.plan.model.layer import LayerPlan
from network.plan.observability import alerts, objectives, overview, security


@dataclass(frozen=True, kw_only=True)
class ObservabilityPlan(LayerPlan):
    """What watches."""

    title = "Observability"


def build(config: StackConfig) -> ObservabilityPlan:
    """Return the observability layer's plan."""
    if config.observability is None:
        return ObservabilityPlan()
    return ObservabilityPlan(
        rules=(
            *objectives.build(config),
            alerts.PROBES,
            alerts.WATCHERS,
            alerts.of_targets(("traefik",)),
        ),
        dashboards=(overview.build(), security.build(config)),
    )
