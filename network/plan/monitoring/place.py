"""Where whoever watches looks for what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from network.config import StackConfig
from network.config.observability.prometheus import Jobs
from network.config.platform import MONITORING

OWN_JOBS = Jobs(cadvisor="cadvisor")
"""What our own monitors call what an existing Prometheus scrapes by itself."""


@dataclass(frozen=True)
class Place:
    """A namespace that an operator watches, and what it selects objects by."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    jobs: Mapping[str, str] = field(default_factory=dict[str, str])
    """What it calls jobs that it has under another name than our rules and dashboards say."""

    def expression(self, expr: str) -> str:
        """Return an expression with the jobs' names of this place."""
        for own, other in self.jobs.items():
            expr = expr.replace(f'job="{own}"', f'job="{other}"')
        return expr


def place(config: StackConfig) -> Place | None:
    """Return where monitors, rules and dashboards go; None without `network:observability`."""
    if config.observability is None:
        return None
    integrate = config.observability.prometheus.integrate
    if integrate is None:
        return Place(MONITORING)
    named = integrate.jobs.model_dump()
    jobs = {own: named[key] for key, own in OWN_JOBS.model_dump().items() if own != named[key]}
    return Place(integrate.namespace, integrate.labels, jobs)
