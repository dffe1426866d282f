"""What a DOKS cluster brings along and our program relies on: the cluster's DNS, its administrators, and
classes of volumes."""

from typing import Any

from lab.machine.spec import ClusterSpec
from lab.toolbox.kubernetes_api import Manifest

OWNERS = "do-role-name:Owner"
"""Group of the account's owners, to whom DOKS binds `cluster-admin` (docs/facts/digitalocean.md#owners)."""

VOLUMES_DRIVER = "dobs.csi.digitalocean.com"
"""The CSI driver of DigitalOcean's volumes; in the lab `lab.cloud.volumes` does its work."""

RECLAIM_POLICIES = {
    "do-block-storage": "Delete",
    "do-block-storage-retain": "Retain",
    "do-block-storage-xfs": "Delete",
    "do-block-storage-xfs-retain": "Retain",
}
"""Classes of volumes, and what becomes of a volume whose claim is deleted."""

_NAME = "coredns"
_NAMESPACE = "kube-system"
_LABELS = {"k8s-app": "kube-dns"}
_RBAC_GROUP = "rbac.authorization.k8s.io"
_RBAC = f"{_RBAC_GROUP}/v1"

# DOKS's Corefile; only its upstream differs.
_COREFILE = """\
.:53 {{
    errors
    health {{
        lameduck 5s
    }}
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }}
    prometheus :9153
    forward . {upstream}
    cache 30
    loop
    reload
    loadbalance
    import custom/*.override
}}
import custom/*.server
"""


def owners_manifest() -> Manifest:
    """The binding that makes the account's owners administrators."""
    return {
        "apiVersion": _RBAC,
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "digitalocean:owners"},
        "roleRef": {"apiGroup": _RBAC_GROUP, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": _RBAC_GROUP, "kind": "Group", "name": OWNERS}],
    }


def storage_classes() -> list[Manifest]:
    """The classes of volumes, of which the first is taken where a claim names none."""
    default, *_ = RECLAIM_POLICIES
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": name,
                "annotations": {"storageclass.kubernetes.io/is-default-class": str(name == default).lower()},
            },
            "provisioner": VOLUMES_DRIVER,
            "reclaimPolicy": policy,
        }
        for name, policy in RECLAIM_POLICIES.items()
    ]


def dns_manifests(spec: ClusterSpec, image: str) -> list[Manifest]:
    """CoreDNS as DOKS runs it, forwarding to `spec.dns`."""
    corefile = _COREFILE.format(upstream=spec.dns)
    return [
        _object("v1", "ServiceAccount"),
        _object("v1", "ConfigMap", data={"Corefile": corefile}),
        _cluster_role(),
        _object(
            _RBAC,
            "ClusterRoleBinding",
            name=f"system:{_NAME}",
            roleRef={
                "apiGroup": _RBAC_GROUP,
                "kind": "ClusterRole",
                "name": f"system:{_NAME}",
            },
            subjects=[{"kind": "ServiceAccount", "name": _NAME, "namespace": _NAMESPACE}],
        ),
        _deployment(image),
        _object(
            "v1",
            "Service",
            name="kube-dns",
            spec={
                "selector": _LABELS,
                "clusterIP": str(spec.dns_service),
                "ports": [
                    {"name": "dns", "port": 53, "protocol": "UDP"},
                    {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
                    {"name": "metrics", "port": 9153, "protocol": "TCP"},
                ],
            },
        ),
    ]


def _object(version: str, kind: str, *, name: str = _NAME, **content: Any) -> Manifest:
    metadata: dict[str, Any] = {"name": name, "labels": _LABELS}
    if not kind.startswith("Cluster"):
        metadata["namespace"] = _NAMESPACE
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **content}


def _cluster_role() -> Manifest:
    watched = ["endpoints", "services", "pods", "namespaces"]
    return _object(
        _RBAC,
        "ClusterRole",
        name=f"system:{_NAME}",
        rules=[
            {"apiGroups": [""], "resources": watched, "verbs": ["list", "watch"]},
            {
                "apiGroups": ["discovery.k8s.io"],
                "resources": ["endpointslices"],
                "verbs": ["list", "watch"],
            },
        ],
    )


def _deployment(image: str) -> Manifest:
    container = {
        "name": _NAME,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["-conf", "/etc/coredns/Corefile"],
        "ports": [
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
            {"name": "metrics", "containerPort": 9153, "protocol": "TCP"},
        ],
        "resources": {
            "requests": {"cpu": "100m", "memory": "70Mi"},
            "limits": {"memory": "170Mi"},
        },
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 2},
        "livenessProbe": {
            "httpGet": {"path": "/health", "port": 8080},
            "initialDelaySeconds": 60,
            "failureThreshold": 5,
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [
            {"name": "config", "mountPath": "/etc/coredns", "readOnly": True},
            {"name": "custom", "mountPath": "/etc/coredns/custom", "readOnly": True},
        ],
    }
    pod = {
        "serviceAccountName": _NAME,
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": _LABELS},
            }
        ],
        "containers": [container],
        "volumes": [
            {"name": "config", "configMap": {"name": _NAME}},
            {"name": "custom", "configMap": {"name": "coredns-custom", "optional": True}},
        ],
    }
    return _object(
        "apps/v1",
        "Deployment",
        spec={
            "replicas": 2,
            "selector": {"matchLabels": _LABELS},
            "template": {"metadata": {"labels": _LABELS}, "spec": pod},
        },
    )
