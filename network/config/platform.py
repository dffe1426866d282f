"""Names of the platform itself, which a stack file may not take and everything else derives from."""

CERT_MANAGER = "cert-manager"
"""Namespace and release of cert-manager."""

METRICS_SERVER = "metrics-server"
"""Namespace and name of metrics-server."""

TRAEFIK = "traefik"
"""Namespace, release, Service and IngressClass of Traefik."""

TELEMETRY = "telemetry"
"""Namespace of what collects and keeps logs and traces."""

TELEMETRY_NODES = "telemetry-nodes"
"""Namespace of what reads logs on the nodes, whose pods must be privileged."""

PLATFORM_NAMESPACES = (CERT_MANAGER, METRICS_SERVER, TRAEFIK)
"""Namespaces that hold the platform's own pods: those that layers bring (tests/unit/plan/test_layers.py)."""
