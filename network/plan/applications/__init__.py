"""What the platform declares for applications (ING-2, TRF-4, SVC-1, SVC-3); their pods belong to the
teams."""

from dataclasses import dataclass

from network.config import StackConfig
from network.plan.applications import balancing, routes, services
from network.plan.kubernetes import Manifest


@dataclass(frozen=True)
class ApplicationPlan:
    """One application."""

    name: str
    services: tuple[Manifest, ...]
    """Services of Kubernetes, one per workload with ports."""
    balancing: tuple[Manifest, ...]
    """TraefikServices over those Services, each after the ones that it refers to."""
    routes: tuple[Manifest, ...]


def build(config: StackConfig) -> tuple[ApplicationPlan, ...]:
    """Return each application's Services, TraefikServices and IngressRoutes."""
    return tuple(
        ApplicationPlan(
            name,
            services=services.build(config, name),
            balancing=balancing.build(config, name),
            routes=routes.build(config, name),
        )
        for name in config.applications
    )
