"""How many series a stack makes in Prometheus, by job (OBS-1): what memory and volume are sized by.

What grows with what is declared is counted as its exporters make it: of Traefik for the answers and methods
that are usual, of rules as they are recorded. The rest was counted in the lab, of the versions that are
pinned (docs/facts/observability.md#series): `tests/lab/test_series.py` holds Traefik's to it, and
`tests/lab/test_observability.py` all others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from network.config import StackConfig
from network.config.applications import Application
from network.config.observability.prometheus import Install
from network.plan import certificates, metrics
from network.plan.applications import alerts as owners
from network.plan.ingress.buckets import buckets
from network.plan.model.monitoring import PROBES_JOB
from network.plan.model.rules import Recording
from network.plan.observability import objectives, probes
from network.plan.observability.prometheus_stack import replicas as replicas_of

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

OF_TARGET = 5
"""That Prometheus makes of each target: whether it is up, how long its scrape took, and how much it told."""
OF_TRAEFIK = 51 + OF_TARGET
"""Of a replica itself: its process, reloads, open connections, and one certificate."""

RULES = "rules"
"""What stands for a job of the series that Prometheus records itself."""

_OF_PODS = {
    "cert-manager-controller": 235,
    "cert-manager-webhook": 280,
    "cert-manager-cainjector": 515,
    "coredns": 225,
    "metrics-server": 1115,
    "prometheus": 1500,
    "alertmanager": 580,
    "prometheus-operator": 560,
    "blackbox": 65,
    "collector": 50,
    "collector-agent": 40,
    "victoria-logs": 475,
}
"""Of each pod of a job, whatever the stack declares."""
_OF_NODES = {"cilium": 1530, "hubble": 320, "node-exporter": 565, "kubelet": 8 + OF_TARGET}
"""Of each node, with two cores."""
_OF_CLAIM = 6
"""The kubelet's, of each volume: in the lab it tells of none."""
_OF_PROBE = 25
"""Of each target that is probed."""

_CONTAINERS_OF_POD = 34
"""cAdvisor's, of a pod with one container: of it, of its sandbox, and of the network."""

_OBJECTS = 435
"""kube-state-metrics', of what the platform runs; those below are its as well."""
_OBJECTS_OF_POD, _OBJECTS_OF_NODE = 43, 30
_OBJECTS_OF_WORKLOAD = 26
"""A Deployment with its Service."""
_OBJECTS_OF_APPLICATION = 14
"""A namespace with its quota."""

_PODS_OF_PLATFORM, _PODS_OF_NODE = 12, 5
"""Without Traefik's; and on each node, of which one is the platform's: node-exporter."""


@dataclass(frozen=True)
class Estimate:
    """The series of a stack."""

    by_job: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_job.values())


def estimate(config: StackConfig, replicas: int | None = None, pods: int | None = None) -> Estimate:
    """Return the series of a stack in whatever Prometheus it has.

    `replicas` of Traefik: as many as there are at least, unless told. `pods` of the cluster: as many as are
    usual on DOKS, unless told.
    """
    return Estimate({**_scraped(config, replicas, pods), RULES: recorded(config)})


def fewest_and_most(config: StackConfig) -> tuple[Estimate, Estimate]:
    """Return the same with as many replicas of Traefik as there are at least, and as there may be."""
    rules = {RULES: recorded(config)}
    fewest, most = (_scraped(config, replicas) for replicas in (None, config.ingress.scale.max_replicas))
    return Estimate({**fewest, **rules}), Estimate({**most, **rules})


def _scraped(config: StackConfig, replicas: int | None, pods: int | None = None) -> dict[str, int]:
    observability = config.observability
    replicas = replicas or config.ingress.scale.min_replicas
    jobs = {
        "traefik": replicas * of_replica(config, routers(config), services(config)),
        **{job: count * _OF_PODS[job] for job, count in _pods_by_job(config).items()},
    }
    if config.cluster.cni == "cilium":
        jobs |= {job: config.cluster.fewest_nodes * _OF_NODES[job] for job in ("cilium", "hubble")}
    if observability is not None and observability.prometheus.install is not None:
        jobs |= _installed(config, observability.prometheus.install, pods or _pods(config, replicas))
    return jobs


def _pods_by_job(config: StackConfig) -> dict[str, int]:
    """Return how many pods of each job there are whose series nothing that is declared adds to."""
    manager, observability = config.certificates, config.observability
    jobs = {
        "cert-manager-controller": manager.controller.replicas,
        "cert-manager-webhook": manager.webhook.replicas,
        "cert-manager-cainjector": manager.cainjector.replicas,
        "coredns": 2,
        "metrics-server": metrics.replicas(config),
    }
    if observability is None:
        return jobs
    if observability.prometheus.install is not None:
        count = replicas_of(config, observability.prometheus.install)
        jobs |= {"prometheus": count, "alertmanager": count, "prometheus-operator": 1, "blackbox": 1}
    if observability.logs or observability.traces:
        jobs["collector"] = 1
    if observability.logs:
        jobs["collector-agent"] = config.cluster.fewest_nodes
        if observability.logs.store.install:
            jobs["victoria-logs"] = 1
    return jobs


def _installed(config: StackConfig, install: Install, pods: int) -> dict[str, int]:
    """Return what an existing Prometheus scrapes by itself, and probes, which only ours has."""
    nodes, workloads = config.cluster.fewest_nodes, _workloads(config)
    targets = sum(
        len(probe["spec"]["targets"]["staticConfig"]["static"]) for probe in probes.manifests(config)
    )
    return {
        "node-exporter": nodes * _OF_NODES["node-exporter"],
        "kubelet": nodes * _OF_NODES["kubelet"] + 2 * replicas_of(config, install) * _OF_CLAIM,
        "cadvisor": nodes * OF_TARGET + pods * _CONTAINERS_OF_POD,
        "kube-state-metrics": OF_TARGET
        + _OBJECTS
        + nodes * _OBJECTS_OF_NODE
        + pods * _OBJECTS_OF_POD
        + workloads * _OBJECTS_OF_WORKLOAD
        + len(config.applications) * _OBJECTS_OF_APPLICATION,
        PROBES_JOB: targets * _OF_PROBE,
    }


def _pods(config: StackConfig, replicas: int) -> int:
    """Return the pods of a stack: of workloads, which say no number of replicas, two each."""
    of_nodes = _PODS_OF_NODE * config.cluster.fewest_nodes
    return 2 * _workloads(config) + replicas + _PODS_OF_PLATFORM + of_nodes


def _workloads(config: StackConfig) -> int:
    return sum(len(each.workloads) for each in config.applications.values())


def of_replica(config: StackConfig, routers: int, services: int) -> int:
    """Return the series of one replica of Traefik whose routers and services are asked by METHODS methods,
    each answered with CODES codes, by TLS versions of TLS."""
    each = CODES * METHODS * (len(buckets(config)) + OF_COUNTERS + OTHER_COUNTERS) + TLS
    # One more for each entrypoint of HTTPS: requests by plain HTTP meet a router of Traefik's own, which
    # redirects them and counts none.
    return OF_TRAEFIK + (len(config.ingress.balancers) + routers + services) * each


def routers(config: StackConfig) -> int:
    """Return how many routers Traefik has: one for each host of each route."""
    return sum(
        len(route.all_hosts) for each in config.applications.values() for route in each.routes.values()
    )


def services(config: StackConfig) -> int:
    """Return how many services of Traefik count requests: each router has its own, but where it leads to a
    service over others, which count once, whoever leads there."""
    own, members = 0, set[tuple[str, str, str]]()
    for name, application in config.applications.items():
        for route in application.routes.values():
            if route.service in application.services:
                members.update((name, *each) for each in _members(application, str(route.service)))
            else:
                own += len(route.all_hosts)
    return own + len(members)


def _members(application: Application, service: str) -> Iterator[tuple[str, str]]:
    """Yield the workloads' ports and external services below a service over others."""
    for _, backend in application.services[service].backends():
        if backend.service in application.services:
            yield from _members(application, str(backend.service))
        elif backend.service is not None:
            yield backend.service, ""
        else:
            yield str(backend.workload), str(backend.port)


def recorded(config: StackConfig) -> int:
    """Return how many series Prometheus records itself."""
    groups = (*objectives.build(config), *owners.build(config), *certificates.build(config).rules)
    return sum(isinstance(rule, Recording) for group in groups for rule in group.rules)
