"""The connections of what watches, but for scrapes, which follow from all layers' endpoints (POL-3)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.plan.ingress.flows import ENTRYPOINT_PORTS
from network.plan.model.dashes import dashed
from network.plan.model.flows import Flow, Host, Port
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

PUBLIC_PORTS = (Port(80), Port(443))
"""Of the load balancer."""

WATCHERS = (
    (PROMETHEUS, "Finds pods and nodes to scrape."),
    (OPERATOR, "Watches monitors and rules, and runs Prometheus and Alertmanager."),
    (KUBE_STATE_METRICS, "Watches the objects that it tells of."),
    (GRAFANA, "Its sidecar watches ConfigMaps that hold dashboards."),
)
"""Who asks the API server, and why."""


def build(config: StackConfig, *, replicas: int) -> tuple[Flow, ...]:
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
    flows += _to_public_hosts(config)
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


def _to_public_hosts(config: StackConfig) -> Iterator[Flow]:
    """Yield the probes' connections as Cilium sees them where kube-proxy runs beside it: it looks at public
    addresses before they are translated (docs/facts/observability.md#probes-within-the-cluster)."""
    if config.cluster.cni != "cilium":
        return
    zone = config.external.dns.zone
    hosts = [
        host
        for application in config.applications.values()
        for route in application.routes.values()
        for host in route.all_hosts
    ]
    for name in dict.fromkeys(f"*.{zone}" if host.endswith(f".{zone}") else host for host in hosts):
        yield Flow(
            f"blackbox-exporter-to-{dashed(name.replace('*', 'any'))}",
            BLACKBOX,
            Host(name),
            PUBLIC_PORTS,
            "Probes public hosts, where their address is translated only behind Cilium's policies.",
        )
