"""Hubble's relay, which DOKS runs beside Cilium: the flows of all nodes in one place.

DOKS runs Hubble's UI too, whose program the lab has not.
"""

from lab.machine.pod_networks.cilium import HUBBLE_PORT
from lab.toolbox.kubernetes_api import Manifest

RELAY = "hubble-relay"
_NAMESPACE = "kube-system"
_LABELS = {"k8s-app": RELAY}
_PORT = 4245


def manifests(image: str) -> list[Manifest]:
    """The relay and its Service, under the names that DOKS gives them."""
    metadata = {"name": RELAY, "namespace": _NAMESPACE, "labels": _LABELS}
    container = {
        "name": RELAY,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "serve",
            # The agent on its own node names those on the others.
            f"--peer-service=$(HOST_IP):{HUBBLE_PORT}",
            "--disable-client-tls",
            "--disable-server-tls",
            "--gops=false",
        ],
        "env": [{"name": "HOST_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}}],
        "ports": [{"name": "grpc", "containerPort": _PORT, "protocol": "TCP"}],
        "readinessProbe": {"grpc": {"port": 4222}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {"automountServiceAccountToken": False, "containers": [container]}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": {
                "selector": {"matchLabels": _LABELS},
                "template": {"metadata": {"labels": _LABELS}, "spec": pod},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {
                "selector": _LABELS,
                "ports": [{"name": "grpc", "port": 80, "targetPort": "grpc", "protocol": "TCP"}],
            },
        },
    ]
