"""What whoever is on call sees, and is told of (OBS-1 to OBS-8)."""

from pydantic import Field

from network.config.model import Model
from network.config.names import Name
from network.config.observability.alerting import Alerting
from network.config.observability.logs import Logs
from network.config.observability.objectives import Objective
from network.config.observability.outside import Outside
from network.config.observability.prometheus import Prometheus
from network.config.observability.traces import Traces


class Observability(Model):
    """Metrics, objectives, alerts, probes and dashboards; what is watched follows from everything else."""

    prometheus: Prometheus = Field(examples=[{"install": {}}])
    """Who scrapes and evaluates."""
    objectives: dict[Name, Objective] = Field(default_factory=dict)
    """What hosts and routes promise, by name."""
    alerting: Alerting = Field(default_factory=Alerting)
    """Who is told of alerts."""
    logs: Logs | None = None
    """Which logs are kept, and where; none when absent."""
    traces: Traces | None = None
    """Where traces of requests are sent; none are made when absent."""
    outside: Outside | None = None
    """DigitalOcean's checks of the public hosts and alerts of the load balancer; none when absent."""
