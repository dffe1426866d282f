"""kube-prometheus-stack's Helm release (OBS-7): values for the chart pinned in `network/versions.py`.

The chart brings the programs. What is scraped, which rules are evaluated and which dashboards are shown is
the program's own, the same with an operator of somebody else's: every monitor, rule and dashboard of the
chart is off.
"""

from typing import Any

from network import versions
from network.config import StackConfig
from network.config.observability.prometheus import Install
from network.config.platform import MONITORING, MONITORING_NODES
from network.config.quantities import Resources
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.peers import vpc_resolver
from network.plan.model.resources import requirements
from network.plan.model.volumes import VolumePlan, claims, volumes_of
from network.plan.observability import grafana_server, prometheus

ALERTMANAGER_CONFIG = "alertmanager-config"
"""Secret with Alertmanager's configuration. Without it Alertmanager tells nobody."""

OPERATOR_RESOURCES = Resources(cpu_request="20m", memory_request="96Mi", ephemeral_storage_limit="64Mi")
ALERTMANAGER_RESOURCES = Resources(
    cpu_request="20m", memory_request="64Mi", memory_limit="192Mi", ephemeral_storage_limit="64Mi"
)
RELOADER_RESOURCES = {"requests": {"cpu": "10m", "memory": "48Mi"}, "limits": {"memory": "96Mi"}}
"""At rest they take 68, 39 and 34 MiB (docs/facts/observability.md#measured). The operator knows no more of
what the reloaders beside Prometheus and Alertmanager use; the namespace's limits are for the rest."""

ALERTMANAGER_GIBIBYTES = 1
"""Silences, and what was told already; the smallest volume that DigitalOcean sells."""

COLLECTORS = (
    "daemonsets",
    "deployments",
    "endpointslices",
    "horizontalpodautoscalers",
    "jobs",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "poddisruptionbudgets",
    "pods",
    "resourcequotas",
    "statefulsets",
)
"""Kinds that kube-state-metrics reads: the chart's own list has it read every Secret of the cluster. Of
ReplicaSets, which nothing here looks at, ten of each Deployment are left from earlier rollouts."""

DEVICES_OF_PODS = "^(lxc.*|cilium_.*|veth.*)$"
"""Network devices that come and go with pods, whose traffic the kubelet tells by pod."""


def release(config: StackConfig, install: Install) -> ReleasePlan:
    """Return the stack's release."""
    return ReleasePlan(
        name=MONITORING,
        namespace=MONITORING,
        chart_name="kube-prometheus-stack",
        chart=config.charts.prometheus_stack,
        values=_values(config, install),
    )


def replicas(config: StackConfig, install: Install) -> int:
    """Return how many of Prometheus and of Alertmanager run."""
    return install.replicas or (2 if config.environment.is_production else 1)


def volumes(config: StackConfig, install: Install) -> tuple[VolumePlan, ...]:
    """Return the volumes of Prometheus and of Alertmanager."""
    storage, count = install.storage, replicas(config, install)
    return (
        volumes_of("prometheus", storage, count=count),
        volumes_of("alertmanager", storage, count=count, gibibytes=ALERTMANAGER_GIBIBYTES),
    )


def _values(config: StackConfig, install: Install) -> dict[str, Any]:
    is_pinned = config.charts.prometheus_stack.is_pinned

    def image(tag: str) -> dict[str, Any]:
        """The image that goes with the chart: another version of it brings its own."""
        return {"image": {"tag": tag}} if is_pinned else {}

    count = replicas(config, install)
    budget = {"enabled": count > 1, "minAvailable": 1}
    return {
        "fullnameOverride": MONITORING,
        "cleanPrometheusOperatorObjectNames": True,
        # The program's own: Helm never upgrades them.
        "crds": {"enabled": False},
        "defaultRules": {"create": False},
        # Scrapes of the control plane, which DOKS does not allow, and of what our own monitors scrape.
        "kubernetesServiceMonitors": {"enabled": False},
        "prometheusOperator": {**image(versions.PROMETHEUS_OPERATOR_IMAGE_TAG), **_operator(image)},
        "prometheus": {
            "serviceMonitor": {"selfMonitor": False},
            "podDisruptionBudget": budget,
            "prometheusSpec": {
                **image(f"{versions.PROMETHEUS_IMAGE_TAG}-distroless"),
                **prometheus.spec(config, install, count),
            },
        },
        "alertmanager": {
            "serviceMonitor": {"selfMonitor": False},
            "podDisruptionBudget": budget,
            "alertmanagerSpec": {
                **image(versions.ALERTMANAGER_IMAGE_TAG),
                "replicas": count,
                "useExistingSecret": True,
                "configSecret": ALERTMANAGER_CONFIG,
                "resources": requirements(ALERTMANAGER_RESOURCES),
                "storage": prometheus.volume(install.storage, f"{ALERTMANAGER_GIBIBYTES}Gi"),
                "persistentVolumeClaimRetentionPolicy": claims(install.storage),
                "automountServiceAccountToken": False,
                # Asked where the cluster's DNS is silent: that must be told too.
                "additionalConfig": {
                    "dnsConfig": {"nameservers": [str(vpc_resolver(config).network.network_address)]}
                },
            },
        },
        "kube-state-metrics": {
            **image(versions.KUBE_STATE_METRICS_IMAGE_TAG),
            "collectors": list(COLLECTORS),
            # Which Service an endpoint belongs to.
            "metricLabelsAllowlist": ["endpointslices=[kubernetes.io/service-name]"],
            "prometheus": {"monitor": {"enabled": False}},
            "resources": requirements(install.kube_state_metrics),
        },
        "prometheus-node-exporter": {
            **image(versions.NODE_EXPORTER_IMAGE_TAG),
            **_node_exporter(),
            "resources": requirements(install.node_exporter),
        },
        "grafana": {**image(versions.GRAFANA_IMAGE_TAG), **grafana_server.values(is_pinned=is_pinned)},
    }


def _operator(image: Any) -> dict[str, Any]:
    return {
        # Monitors and rules stand here alone; others' would ask for connections that no flow declares.
        "namespaces": {"releaseNamespace": True},
        # Kubelets are found as nodes.
        "kubeletService": {"enabled": False},
        "kubeletEndpointsEnabled": False,
        "serviceMonitor": {"selfMonitor": False},
        "admissionWebhooks": {
            # Without it the chart signs by Jobs, as hooks that need the API server.
            "certManager": {"enabled": True},
            # `Fail` breaks it (docs/facts/observability.md#webhook-at-the-first-install).
            "failurePolicy": "IgnoreOnInstallOnly",
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": MONITORING}},
        },
        "prometheusConfigReloader": {
            **image(versions.PROMETHEUS_OPERATOR_IMAGE_TAG),
            "resources": RELOADER_RESOURCES,
        },
        "resources": requirements(OPERATOR_RESOURCES),
    }


def _node_exporter() -> dict[str, Any]:
    return {
        "namespaceOverride": MONITORING_NODES,
        "prometheus": {"monitor": {"enabled": False}},
        # On the node's own address in the VPC, never on its public one.
        "service": {"enabled": False, "listenOnAllInterfaces": False},
        "extraArgs": [
            "--collector.filesystem.mount-points-exclude="
            "^/(dev|proc|sys|run/containerd/.+|run/k3s/.+|var/lib/docker/.+|var/lib/kubelet/.+)($|/)",
            "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|"
            "devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|"
            "selinuxfs|squashfs|sysfs|tracefs|erofs)$",
            f"--collector.netdev.device-exclude={DEVICES_OF_PODS}",
            f"--collector.netclass.ignored-devices={DEVICES_OF_PODS}",
        ],
    }
