"""What the platform runs to watch itself, and what is watched of several layers at once (OBS-1 to OBS-8)."""

from dataclasses import dataclass

from network.config import StackConfig
from network.config.observability.prometheus import Install
from network.config.platform import MONITORING, MONITORING_NODES
from network.plan.model.dashboards import Dashboard
from network.plan.model.kubernetes import Manifest, ReleasePlan, SecretPlan, manifest
from network.plan.model.layer import LayerPlan
from network.plan.model.namespaces import NamespacePlan, labelled, of_platform
from network.plan.observability import (
    alertmanager,
    alerts,
    blackbox,
    capacity,
    endpoints,
    flows,
    grafana_server,
    objectives,
    overview,
    pods,
    probes,
    prometheus_stack,
    security,
)

CRDS = (
    "alertmanagerconfigs",
    "alertmanagers",
    "podmonitors",
    "probes",
    "prometheusagents",
    "prometheuses",
    "prometheusrules",
    "scrapeconfigs",
    "servicemonitors",
    "thanosrulers",
)
"""The operator's kinds, each of which it watches or does without."""


def paths_of_crds() -> tuple[str, ...]:
    """Return the definitions' files in the chart, where a chart within it holds them."""
    return tuple(f"charts/crds/crds/crd-{kind}.yaml" for kind in CRDS)


@dataclass(frozen=True, kw_only=True)
class ObservabilityPlan(LayerPlan):
    """What watches. Where a Prometheus exists already, and without `network:observability`, nothing runs."""

    title = "Observability"

    crds: tuple[str, ...] = ()
    """Files of definitions in the stack's chart."""
    access: tuple[Manifest, ...] = ()
    """What Grafana may read."""
    secrets: tuple[SecretPlan, ...] = ()
    """What the releases' pods read."""
    stack: ReleasePlan | None = None
    """kube-prometheus-stack."""
    prober: ReleasePlan | None = None
    """The blackbox exporter."""
    probes: tuple[Manifest, ...] = ()
    """Of every public host and route, by the blackbox exporter."""


def build(config: StackConfig) -> ObservabilityPlan:
    """Return the observability layer's plan."""
    observability = config.observability
    if observability is None:
        return ObservabilityPlan()
    if observability.prometheus.install is None:
        return ObservabilityPlan(
            metrics=endpoints.build(config),
            rules=objectives.build(config),
            dashboards=_dashboards(config),
        )
    return _installed(config, observability.prometheus.install)


def _installed(config: StackConfig, install: Install) -> ObservabilityPlan:
    return ObservabilityPlan(
        namespaces=(_namespace(config), _namespace_of_nodes(config)),
        flows=(
            *flows.build(config, replicas=prometheus_stack.replicas(config, install)),
            *alertmanager.flows(config, pods.ALERTMANAGER),
        ),
        metrics=(*endpoints.build(config), *endpoints.installed()),
        rules=(*objectives.build(config), alerts.WATCHERS, alerts.PROBES),
        dashboards=_dashboards(config),
        secrets=(alertmanager.secret(config),),
        crds=paths_of_crds(),
        access=grafana_server.access(),
        stack=prometheus_stack.release(config, install),
        volumes=prometheus_stack.volumes(config, install),
        limits=tuple(capacity.limits(config, install)),
        taken=capacity.taken(config, install),
        prober=blackbox.release(config),
        probes=probes.manifests(config),
    )


def _dashboards(config: StackConfig) -> tuple[Dashboard, ...]:
    return (overview.build(config), security.build(config))


def _namespace(config: StackConfig) -> NamespacePlan:
    own = of_platform(config, MONITORING)
    return NamespacePlan(own.name, own.owner, own.namespace, own.holds, (_limits(),))


def _limits() -> Manifest:
    """Return bounds for the containers that the operator adds, whose disk no value of the chart sets."""
    return manifest(
        "v1",
        "LimitRange",
        "defaults",
        namespace=MONITORING,
        spec={
            "limits": [
                {
                    "type": "Container",
                    "defaultRequest": {"ephemeral-storage": "16Mi"},
                    "default": {"ephemeral-storage": "64Mi"},
                }
            ]
        },
    )


def _namespace_of_nodes(config: StackConfig) -> NamespacePlan:
    """Return the namespace of what reads a node's own files and figures, by its network and processes."""
    return NamespacePlan(
        MONITORING_NODES, "created", labelled(config, MONITORING_NODES, "privileged"), "platform"
    )
