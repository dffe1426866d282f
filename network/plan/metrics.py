"""metrics-server (ING-5): what Traefik's autoscaler, any other one and `kubectl top` ask.

DOKS brings none. Own manifests, since its chart would add nothing but another repository to depend on.
"""

from dataclasses import dataclass
from typing import Any

from network import versions
from network.config import StackConfig
from network.config.platform import METRICS_SERVER
from network.plan.model.capacity import taken_of
from network.plan.model.flows import Flow, Pods, Port
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.layer import LayerPlan, MetricsEndpoint
from network.plan.model.namespaces import of_platform
from network.plan.model.peers import API_SERVER, API_SERVER_PORTS, NODES
from network.plan.model.rbac import API_VERSION, RBAC, READ

PORT = 10250
"""Of its pods; not below 1024, which would need a capability."""

KUBELET_PORT = 10250

LABELS = {"app.kubernetes.io/name": METRICS_SERVER}

RESOLUTION_SECONDS = 15
"""Between two looks at each node: as often as the autoscaler asks."""

RESOURCES = {
    "requests": {"cpu": "50m", "memory": "96Mi", "ephemeral-storage": "16Mi"},
    "limits": {"memory": "256Mi", "ephemeral-storage": "128Mi"},
}
"""Upstream's request of 200Mi is for 100 nodes."""


_PODS = Pods(METRICS_SERVER, "metrics-server", LABELS)

_FLOWS = (
    Flow(
        "metrics-server-to-api-server",
        _PODS,
        API_SERVER,
        API_SERVER_PORTS,
        "Watches nodes and pods, and asks who may read.",
    ),
    Flow("metrics-server-to-kubelets", _PODS, NODES, (Port(KUBELET_PORT),), "Reads the pods' use of CPU."),
    Flow(
        "api-server-to-metrics-server",
        API_SERVER,
        _PODS,
        (Port(PORT),),
        "Serves an API of the cluster.",
    ),
    Flow(
        "nodes-to-metrics-server",
        NODES,
        _PODS,
        (Port(PORT),),
        "A managed API server reaches it through a proxy on a node.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class MetricsPlan(LayerPlan):
    """metrics-server, part by part, in the order of declaration."""

    title = "Metrics"

    access: tuple[Manifest, ...]
    """Its ServiceAccount and rights."""
    server: tuple[Manifest, ...]
    """Deployment, Service and disruption budget."""
    api: Manifest
    """The API that it serves. Comes last and goes first: one without a server behind it keeps every namespace
    from being deleted."""


def replicas(config: StackConfig) -> int:
    """Return how many pods answer."""
    return 2 if config.environment.is_production else 1


def build(config: StackConfig) -> MetricsPlan:
    """Return metrics-server's plan."""
    is_watched = config.observability is not None
    return MetricsPlan(
        namespaces=(of_platform(config, METRICS_SERVER),),
        flows=_FLOWS,
        metrics=((MetricsEndpoint(METRICS_SERVER, _PODS, PORT, certificate="own"),) if is_watched else ()),
        taken=(taken_of(METRICS_SERVER, RESOURCES, replicas(config)),),
        access=_access(),
        server=(
            _deployment(replicas=replicas(config), is_watched=is_watched),
            _service(),
            _budget(),
        ),
        api=manifest(
            "apiregistration.k8s.io/v1",
            "APIService",
            "v1beta1.metrics.k8s.io",
            spec={
                "group": "metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                # Its certificate is its own, new at each start, as upstream has it. Who could answer in its
                # place is in the pod network and past the policies, and would tell how busy pods are.
                "insecureSkipTLSVerify": True,
                "service": {"namespace": METRICS_SERVER, "name": METRICS_SERVER, "port": 443},
            },
        ),
    )


def _access() -> tuple[Manifest, ...]:
    name = "network-metrics-server"
    rules = [
        {"apiGroups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["pods", "nodes"], "verbs": READ},
    ]
    return (
        manifest("v1", "ServiceAccount", METRICS_SERVER, namespace=METRICS_SERVER),
        manifest(API_VERSION, "ClusterRole", name, rules=rules),
        _binding("ClusterRoleBinding", name, "ClusterRole", name),
        # It asks the API server who asks it, and whether they may.
        _binding("ClusterRoleBinding", f"{name}-delegator", "ClusterRole", "system:auth-delegator"),
        _binding(
            "RoleBinding", name, "Role", "extension-apiserver-authentication-reader", namespace="kube-system"
        ),
    )


def _binding(kind: str, name: str, role_kind: str, role: str, namespace: str | None = None) -> Manifest:
    return manifest(
        API_VERSION,
        kind,
        name,
        namespace=namespace,
        roleRef={"apiGroup": RBAC, "kind": role_kind, "name": role},
        subjects=[{"kind": "ServiceAccount", "namespace": METRICS_SERVER, "name": METRICS_SERVER}],
    )


def _deployment(*, replicas: int, is_watched: bool) -> Manifest:
    pod = {
        "serviceAccountName": METRICS_SERVER,
        "priorityClassName": "system-cluster-critical",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": LABELS},
            }
        ],
        "containers": [_container(is_watched=is_watched)],
        "volumes": [{"name": "certificate", "emptyDir": {"sizeLimit": "1Mi"}}],
    }
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": LABELS},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {"metadata": {"labels": LABELS}, "spec": pod},
    }
    return manifest(
        "apps/v1", "Deployment", METRICS_SERVER, namespace=METRICS_SERVER, labels=LABELS, spec=spec
    )


def _container(*, is_watched: bool) -> dict[str, Any]:
    def probe(path: str, period: int, failures: int) -> dict[str, Any]:
        return {
            "httpGet": {"path": path, "port": "https", "scheme": "HTTPS"},
            "periodSeconds": period,
            "failureThreshold": failures,
        }

    return {
        "name": METRICS_SERVER,
        "image": f"{versions.METRICS_SERVER_IMAGE}:{versions.METRICS_SERVER_IMAGE_TAG}",
        "imagePullPolicy": "IfNotPresent",
        "args": [
            f"--secure-port={PORT}",
            "--cert-dir=/tmp",
            # Names of nodes resolve nowhere; their certificates are for the address too, by the cluster's
            # authority.
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-use-node-status-port",
            f"--metric-resolution={RESOLUTION_SECONDS}s",
            # Policies say who comes to its own metrics: Prometheus shows no token to a certificate that it
            # cannot verify. The other three are the default.
            *(["--authorization-always-allow-paths=/healthz,/readyz,/livez,/metrics"] if is_watched else ()),
        ],
        "ports": [{"name": "https", "containerPort": PORT, "protocol": "TCP"}],
        # Ready only once it has seen the nodes twice.
        "readinessProbe": probe("/readyz", 5, 3),
        "livenessProbe": probe("/livez", 10, 6),
        "resources": RESOURCES,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "certificate", "mountPath": "/tmp"}],
    }


def _service() -> Manifest:
    port = {"name": "https", "port": 443, "targetPort": "https", "protocol": "TCP"}
    spec = {"selector": LABELS, "ports": [port]}
    return manifest("v1", "Service", METRICS_SERVER, namespace=METRICS_SERVER, labels=LABELS, spec=spec)


def _budget() -> Manifest:
    return manifest(
        "policy/v1",
        "PodDisruptionBudget",
        METRICS_SERVER,
        namespace=METRICS_SERVER,
        # Never blocks a drain, and never lets one take all replicas.
        spec={"maxUnavailable": 1, "selector": {"matchLabels": LABELS}},
    )
