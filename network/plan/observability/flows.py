"""The connections of what watches, but for scrapes, which follow from all layers' endpoints (POL-3)."""

from collections import defaultdict
from collections.abc import Iterator

from network.config import StackConfig
from network.config.applications.asked import asked_hosts
from network.config.zones import zone_of, zones
from network.plan.ingress.entrypoints import OF_HTTP, listeners
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
            tuple(each.inside for each in listeners(config) if each.name in _probed(config)),
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


def _probed(config: StackConfig) -> frozenset[str]:
    """Return the entrypoints that probes ask: those of HTTP, and those of TCP where clients name a host."""
    routes = (route for each in config.applications.values() for route in each.tcp_routes.values())
    return frozenset({*OF_HTTP, *(route.entry_point for route in routes if route.hosts)})


def _to_public_hosts(config: StackConfig) -> Iterator[Flow]:
    """Yield the probes' connections as Cilium sees them where kube-proxy runs beside it: it looks at public
    addresses before they are translated (docs/facts/observability.md#probes-within-the-cluster)."""
    if config.cluster.cni != "cilium":
        return
    own = zones(config.external.dns)
    ports: defaultdict[str, dict[Port, None]] = defaultdict(dict)
    for asked in asked_hosts(config.applications):
        if asked.name is None:
            continue
        outside = PUBLIC_PORTS
        if asked.entry_point is not None:
            outside = (Port(config.ingress.entry_points[asked.entry_point].port),)
        zone = zone_of(asked.name, own)
        host = asked.name if zone is None or asked.name == zone.name else f"*.{zone.name}"
        ports[host] |= dict.fromkeys(outside)
    for name, opened in ports.items():
        yield Flow(
            f"blackbox-exporter-to-{dashed(name.replace('*', 'any'))}",
            BLACKBOX,
            Host(name),
            tuple(opened),
            "Probes public hosts, where their address is translated only behind Cilium's policies.",
        )
