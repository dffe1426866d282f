"""What the platform declares for applications; their pods belong to the teams (ING-2, ING-3, TRF-4, TRF-6,
SVC-1, SVC-3)."""

from dataclasses import dataclass

from network.config import StackConfig
from network.plan.applications import (
    alerts,
    balancing,
    capacity,
    client_certificates,
    dashboard,
    flows,
    layer_four,
    limits,
    namespaces,
    routes,
    services,
    transports,
)
from network.plan.model.kubernetes import Manifest, SecretPlan
from network.plan.model.layer import LayerPlan


@dataclass(frozen=True)
class ApplicationPlan:
    """One application."""

    name: str
    former_name: str | None
    """Under which its objects may still stand in the state."""
    services: tuple[Manifest, ...]
    """Services of Kubernetes, one per workload with ports and external service."""
    secrets: tuple[SecretPlan, ...]
    """Authorities of clients' certificates."""
    tls_options: tuple[Manifest, ...]
    """What routes ask clients for; each after the Secret that it names."""
    middlewares: tuple[Manifest, ...]
    """What all of its routes pass."""
    transports: tuple[Manifest, ...]
    """ServersTransports, which services and routes refer to."""
    balancing: tuple[Manifest, ...]
    """TraefikServices over those Services, each after the ones that it refers to."""
    routes: tuple[Manifest, ...]
    limits: tuple[Manifest, ...]
    """MiddlewareTCPs and ServersTransportTCPs, which routes of TCP refer to."""
    layer_four: tuple[Manifest, ...]
    """Routes of TCP and UDP."""


@dataclass(frozen=True, kw_only=True)
class ApplicationsPlan(LayerPlan):
    """All applications of the stack."""

    title = "Applications"

    applications: tuple[ApplicationPlan, ...]


def build(config: StackConfig) -> ApplicationsPlan:
    """Return the layer of applications."""
    return ApplicationsPlan(
        namespaces=namespaces.build(config),
        flows=flows.build(config),
        dashboards=dashboard.build(config),
        rules=alerts.build(config),
        limits=tuple(capacity.limits(config)),
        taken=tuple(capacity.taken(config)),
        charges=tuple(capacity.charges(config)),
        applications=tuple(_application(config, name) for name in config.applications),
    )


def _application(config: StackConfig, name: str) -> ApplicationPlan:
    return ApplicationPlan(
        name,
        former_name=config.applications[name].former_name,
        services=services.build(config, name),
        secrets=client_certificates.secrets(config, name),
        tls_options=client_certificates.options(config, name),
        middlewares=limits.middlewares(config, name),
        transports=transports.build(config, name),
        balancing=balancing.build(config, name),
        routes=routes.build(config, name),
        limits=layer_four.limits(config, name),
        layer_four=layer_four.routes(config, name),
    )
