"""The smallest stack: what its file says, and what stands behind its one route."""

from typing import Any

from network.acceptance.run import Run
from network.versions import WHOAMI_IMAGE, WHOAMI_IMAGE_TAG

SIZE, NODES = "s-2vcpu-4gb", 2
APPLICATION, WORKLOAD, PORT = "echo", "echo", 8080
_LABELS = {"app.kubernetes.io/name": WORKLOAD}


def config(run: Run) -> dict[str, Any]:
    """Return the stack's configuration, but for its secrets."""
    return {
        "pulumi:disable-default-providers": ["kubernetes"],
        "network:environment": {"name": run.environment, "tier": "development", "region": run.region},
        "network:external": {
            "vpc": {"ipRange": run.ranges.vpc},
            "dns": {"zone": run.zone, "hosts": [APPLICATION]},
        },
        "network:cluster": {
            "version": run.version,
            "ha": False,
            "podRange": run.ranges.pods,
            "serviceRange": run.ranges.services,
            "apiAllowedRanges": list(run.api_from),
            "destroyAssociatedResources": True,
            "nodePools": {"default": {"size": SIZE, "count": NODES}},
        },
        "network:certificates": {"email": run.email, "issuer": "staging"},
        "network:ingress": {"loadBalancer": {"name": run.name}},
        "network:applications": {
            APPLICATION: {
                "workloads": {WORKLOAD: {"labels": _LABELS, "ports": {"http": {"port": PORT}}}},
                "routes": {APPLICATION: {"host": run.host, "workload": WORKLOAD, "port": "http"}},
            }
        },
    }


def backend() -> dict[str, Any]:
    """Return the Deployment behind the route: two pods on two nodes, so that one is there when a node
    goes."""
    bounds = {"cpu": "50m", "memory": "32Mi"}
    container = {
        "name": WORKLOAD,
        # It answers with the headers and the address that it was asked with.
        "image": f"{WHOAMI_IMAGE}:{WHOAMI_IMAGE_TAG}",
        "args": [f"--port={PORT}"],
        "ports": [{"name": "http", "containerPort": PORT}],
        "readinessProbe": {"httpGet": {"path": "/health", "port": PORT}, "periodSeconds": 2},
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        "resources": {"requests": bounds, "limits": {"memory": bounds["memory"]}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsUser": 65532,
        },
    }
    apart = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": _LABELS},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": WORKLOAD, "namespace": APPLICATION},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": _LABELS},
            "template": {
                "metadata": {"labels": _LABELS},
                "spec": {
                    "automountServiceAccountToken": False,
                    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                    "topologySpreadConstraints": [apart],
                    "containers": [container],
                },
            },
        },
    }


def budget() -> dict[str, Any]:
    """Return what keeps one pod while nodes are drained."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": WORKLOAD, "namespace": APPLICATION},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": _LABELS}},
    }
