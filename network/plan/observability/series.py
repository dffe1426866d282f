"""How many series a stack makes in Prometheus (OBS-1): what memory and volume are sized by.

What grows with routes is counted exactly, as Traefik makes its series, for the answers and methods that are
usual; of the rest, what an exporter makes for each node, pod and target is assumed, and measured in the lab.
"""

from dataclasses import dataclass

from network.config import StackConfig
from network.plan.ingress.buckets import buckets
from network.plan.ingress.entrypoints import WEB, WEBSECURE

CODES = 4
"""Answers of a route that are usual at once: 200, 304, 404 and 5xx, say."""
METHODS = 2
"""GET and POST; of others few requests come."""
TLS = 2
"""Pairs of version and cipher suite."""

OF_COUNTERS = 3
"""Beside its buckets a histogram has +Inf, sum and count."""
OTHER_COUNTERS = 3
"""Requests, and bytes of requests and of answers, each by code and method like the histogram."""

PUBLIC = (WEB, WEBSECURE)

OF_TRAEFIK = 120
"""Of a replica itself: its process, reloads, open connections, certificates."""
OF_OBJECTIVE = 18
"""Recorded for each promise: error ratios over eight windows, what they are made of, and its figures."""
OF_PROBE = 25
"""Of each target that is probed."""
OF_NODE = 1_150
"""node-exporter, the kubelet, Cilium and Hubble, of a node with two cores."""
OF_POD = 46
"""kube-state-metrics' and the kubelet's, of a pod with one container."""
OF_CONTROL = 6_000
"""What every stack has once: cert-manager, CoreDNS, Prometheus, Alertmanager, operator, objects of the
cluster."""


@dataclass(frozen=True)
class Series:
    """Series by what they are of."""

    ingress: int
    """Traefik's, by entrypoint, router and service: what grows with routes."""
    objectives: int
    probes: int
    nodes: int
    pods: int
    control: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.ingress + self.objectives + self.probes + self.nodes + self.pods + self.control


def estimate(config: StackConfig) -> Series:
    """Return the series of a stack with as many replicas and nodes as it has at least."""
    routes = [route for each in config.applications.values() for route in each.routes.values()]
    routers = sum(len(route.all_hosts) for route in routes)
    promises = (
        0
        if config.observability is None
        else sum(
            (objective.availability is not None) + len(objective.latency) + (objective.throughput is not None)
            for objective in config.observability.objectives.values()
        )
    )
    return Series(
        ingress=config.ingress.scale.min_replicas * (OF_TRAEFIK + of_ingress(config, routers)),
        objectives=promises * OF_OBJECTIVE,
        probes=routers * 2 * OF_PROBE,
        nodes=config.cluster.fewest_nodes * OF_NODE,
        pods=_pods(config) * OF_POD,
        control=OF_CONTROL,
    )


def of_ingress(config: StackConfig, routers: int, codes: int = CODES, methods: int = METHODS) -> int:
    """Return the series of one replica of Traefik by entrypoint, router and service, where each router has a
    service of its own and is asked by so many methods, each answered with so many codes."""
    each = codes * methods * (len(buckets(config)) + OF_COUNTERS + OTHER_COUNTERS) + TLS
    return (len(PUBLIC) + 2 * routers) * each


def _pods(config: StackConfig) -> int:
    """Return the pods of a stack: of workloads, which say no number of replicas, two each."""
    workloads = sum(len(each.workloads) for each in config.applications.values())
    return 2 * workloads + config.ingress.scale.min_replicas + 12 + 4 * config.cluster.fewest_nodes
