"""The connections of what watches, but for scrapes, which follow from all layers' endpoints (POL-3)."""

from network.plan.ingress.flows import ENTRYPOINT_PORTS
from network.plan.model.flows import Flow, Port
from network.plan.model.peers import API_SERVER, API_SERVER_PORTS, NODES, TRAEFIK
from network.plan.observability.pods import (
    ALERTMANAGER,
    ALERTMANAGER_PORT,
    BLACKBOX,
    GOSSIP_PORT,
    GRAFANA,
    KUBE_STATE_METRICS,
    OPERATOR,
    OPERATOR_PORT,
    PROMETHEUS,
    PROMETHEUS_PORT,
)

WATCHERS = (
    (PROMETHEUS, "Finds pods and nodes to scrape."),
    (OPERATOR, "Watches monitors and rules, and runs Prometheus and Alertmanager."),
    (KUBE_STATE_METRICS, "Watches the objects that it tells of."),
    (GRAFANA, "Its sidecar watches ConfigMaps that hold dashboards."),
)
"""Who asks the API server, and why."""


def build(*, replicas: int) -> tuple[Flow, ...]:
    """Return the flows between what watches, the API server and Traefik."""
    flows = [
        Flow(f"{pods.name}-to-api-server", pods, API_SERVER, API_SERVER_PORTS, reason)
        for pods, reason in WATCHERS
    ]
    flows += [
        Flow(
            "api-server-to-prometheus-operator",
            API_SERVER,
            OPERATOR,
            (Port(OPERATOR_PORT),),
            "Asks whether a rule is well formed.",
        ),
        Flow(
            "nodes-to-prometheus-operator",
            NODES,
            OPERATOR,
            (Port(OPERATOR_PORT),),
            "A managed API server reaches webhooks through a proxy on a node.",
        ),
        Flow(
            "prometheus-to-alertmanager",
            PROMETHEUS,
            ALERTMANAGER,
            (Port(ALERTMANAGER_PORT),),
            "Tells alerts.",
        ),
        Flow("grafana-to-prometheus", GRAFANA, PROMETHEUS, (Port(PROMETHEUS_PORT),), "Shows what it has."),
        Flow(
            "grafana-to-alertmanager",
            GRAFANA,
            ALERTMANAGER,
            (Port(ALERTMANAGER_PORT),),
            "Shows alerts and silences.",
        ),
        Flow(
            "blackbox-exporter-to-traefik",
            BLACKBOX,
            TRAEFIK,
            ENTRYPOINT_PORTS,
            "Probes public hosts, which within the cluster lead straight to Traefik's pods.",
        ),
    ]
    if replicas > 1:
        flows.append(
            Flow(
                "alertmanager-to-alertmanager",
                ALERTMANAGER,
                ALERTMANAGER,
                (Port(GOSSIP_PORT), Port(GOSSIP_PORT, "UDP")),
                "Replicas agree on who tells an alert.",
            )
        )
    return tuple(flows)
