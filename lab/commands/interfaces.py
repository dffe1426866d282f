"""The admin interfaces of a platform: all of them inside the cluster, none reachable from outside (ADM-2)."""

from dataclasses import dataclass

from network.config.platform import MONITORING, TELEMETRY, TRAEFIK
from network.plan.observability.pods import ALERTMANAGER_PORT, PROMETHEUS_PORT
from network.plan.telemetry import store


@dataclass(frozen=True)
class Interface:
    """An admin interface in the cluster."""

    namespace: str
    target: str
    """A Service or Deployment, as `kubectl port-forward` names it."""
    port: int
    path: str = "/"
    not_in_the_lab: str = ""
    """Why the lab has none, and what does its work there; empty where it has one."""


INTERFACES = {
    "traefik": Interface(TRAEFIK, f"deployment/{TRAEFIK}", 8080, "/dashboard/"),
    "prometheus": Interface(MONITORING, f"service/{MONITORING}-prometheus", PROMETHEUS_PORT),
    "alertmanager": Interface(MONITORING, f"service/{MONITORING}-alertmanager", ALERTMANAGER_PORT),
    "logs": Interface(TELEMETRY, f"service/{store.NAME}", store.PORT, "/select/vmui"),
    "grafana": Interface(
        MONITORING,
        f"service/{MONITORING}-grafana",
        80,
        not_in_the_lab=(
            "no source that the lab is made from has Grafana's program. With a `grafana` on PATH this "
            "command shows the stack's dashboards over the lab's Prometheus; without one, ask Prometheus "
            "what a panel asks: make view-prometheus"
        ),
    ),
    "hubble": Interface(
        "kube-system",
        "service/hubble-ui",
        80,
        not_in_the_lab=(
            "Hubble's UI is no part of it. The flows are: "
            'make hubble ARGS="observe --verdict DROPPED --follow"'
        ),
    ),
}
"""By the name that the targets of `make` have for it."""
