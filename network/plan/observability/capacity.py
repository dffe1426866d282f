"""What Prometheus holds, and what the watchers ask of nodes (ADM-5)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.observability.prometheus import Install
from network.config.quantities import Resources, mebibytes, millicores
from network.plan.model.capacity import Limit, Need, Taken
from network.plan.observability import blackbox, grafana_server, sizes
from network.plan.observability.prometheus_stack import (
    ALERTMANAGER_RESOURCES,
    OPERATOR_RESOURCES,
    RELOADER_RESOURCES,
    replicas,
)

_MEMORY, _SIZE = (
    f"observability.prometheus.install.{key}" for key in ("resources.memoryLimit", "storage.size")
)


def limits(config: StackConfig, install: Install) -> Iterator[Limit]:
    """Yield what Prometheus holds in memory and on its volume."""
    holds = mebibytes(install.resources.memory_limit) - sizes.EMPTY_MEBIBYTES
    need = sizes.needs(config)
    yield Limit(
        "Prometheus: series by memory",
        "series",
        max(holds, 0) * 1024 // sizes.KIBIBYTES_PER_SERIES,
        Need(fixed=need.series),
        _MEMORY,
        "nodes that hold it",
        today="max(prometheus_tsdb_head_series)",
    )
    yield Limit(
        "Prometheus: volume",
        "GiB",
        install.storage.gibibytes,
        Need(fixed=need.gibibytes),
        _SIZE,
        "0.10 dollars a GiB and month, for each replica",
    )


def taken(config: StackConfig, install: Install) -> tuple[Taken, ...]:
    """Return what the watchers' pods ask of nodes, each with the containers that stand beside its own."""
    count = replicas(config, install)
    reloader = Resources(
        cpu_request=RELOADER_RESOURCES["requests"]["cpu"],
        memory_request=RELOADER_RESOURCES["requests"]["memory"],
    )
    return (
        _pods("prometheus", install.resources, reloader, count=count),
        _pods("alertmanager", ALERTMANAGER_RESOURCES, reloader, count=count),
        _pods("prometheus-operator", OPERATOR_RESOURCES),
        _pods("kube-state-metrics", install.kube_state_metrics),
        _pods("grafana", grafana_server.RESOURCES, grafana_server.SIDECAR_RESOURCES),
        _pods("blackbox", blackbox.RESOURCES),
        Taken(
            "node-exporter",
            millicores(install.node_exporter.cpu_request),
            mebibytes(install.node_exporter.memory_request),
            on_each_node=True,
        ),
    )


def _pods(name: str, *containers: Resources, count: int = 1) -> Taken:
    return Taken(
        name,
        sum(millicores(each.cpu_request) for each in containers),
        sum(mebibytes(each.memory_request) for each in containers),
        count,
    )
