"""Network policies beyond those that follow from the other layers (POL-2)."""

from network.config.model import Model
from network.config.pods import Pods


class Policies(Model):
    """Who else may reach the platform."""

    monitoring: Pods | None = None
    """Pods that scrape the platform's metrics, told what by somebody else; nobody when absent. Not beside
    `network:observability`."""
