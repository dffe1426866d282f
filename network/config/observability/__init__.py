"""What whoever is on call sees, and is told of (OBS-1 to OBS-8)."""

from pydantic import Field

from network.config.model import Model
from network.config.names import Name
from network.config.observability.alerting import Alerting
from network.config.observability.objectives import Objective
from network.config.observability.prometheus import Prometheus


class Observability(Model):
    """Metrics, objectives, alerts, probes and dashboards; what is watched follows from everything else."""

    prometheus: Prometheus = Field(examples=[{"install": {}}])
    """Who scrapes and evaluates."""
    objectives: dict[Name, Objective] = Field(default_factory=dict)
    """What hosts and routes promise, by name."""
    alerting: Alerting = Field(default_factory=Alerting)
    """Who is told of alerts."""
