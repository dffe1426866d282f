"""Names of the platform itself, which a stack file may not take and everything else derives from."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from network.config.observability import Observability

CERT_MANAGER = "cert-manager"
"""Namespace and release of cert-manager."""

METRICS_SERVER = "metrics-server"
"""Namespace and name of metrics-server."""

TRAEFIK = "traefik"
"""Namespace, release, Service and IngressClass of Traefik."""

MONITORING = "monitoring"
"""Namespace of what watches, and release of kube-prometheus-stack."""

MONITORING_NODES = "monitoring-nodes"
"""Namespace of what looks into the nodes, whose pods must be privileged."""

PLATFORM_NAMESPACES = (CERT_MANAGER, METRICS_SERVER, TRAEFIK)
"""Namespaces that hold the platform's own pods in every stack."""


def platform_namespaces(observability: "Observability | None") -> tuple[str, ...]:
    """Return the namespaces of the platform's own pods: those that layers bring
    (tests/unit/plan/test_layers.py). Without a Prometheus of its own the platform leaves the other names to
    whoever has them."""
    if observability is None or observability.prometheus.install is None:
        return PLATFORM_NAMESPACES
    return (*PLATFORM_NAMESPACES, MONITORING, MONITORING_NODES)
