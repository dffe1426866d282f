"""What Traefik may read of Kubernetes (ING-1): Secrets of the namespaces alone whose requests it serves.

Own roles rather than the chart's. Its ClusterRole reads every Secret of the cluster; its Roles per namespace
leave out what has no namespace, and with it the Ingresses of HTTP-01's solvers, which have a class.
"""

from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.platform import TRAEFIK
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.model.rbac import API_VERSION, RBAC, READ

CLUSTER_ROLE = "network-traefik"
NAMESPACE_ROLE = "network-traefik-namespace"
"""Never the chart's own name (`traefik-traefik`): an upgrade from it would delete the role."""

KINDS = (
    "ingressroutes",
    "ingressroutetcps",
    "ingressrouteudps",
    "middlewares",
    "middlewaretcps",
    "serverstransports",
    "serverstransporttcps",
    "tlsoptions",
    "tlsstores",
    "traefikservices",
)
"""Traefik's own kinds: it waits for all of them before it serves anything, used or not."""


@dataclass(frozen=True)
class TraefikAccess:
    """Roles, and what binds them to Traefik's ServiceAccount."""

    roles: tuple[Manifest, ...]
    bindings: tuple[Manifest, ...]
    """One of each watched namespace. All stand before the release: Traefik waits for every kind in every
    watched namespace, Ready the while, and answers 404."""


def build(config: StackConfig) -> TraefikAccess:
    """Return Traefik's roles and bindings."""
    return TraefikAccess(
        roles=(
            manifest(API_VERSION, "ClusterRole", CLUSTER_ROLE, rules=_of_the_cluster(config)),
            manifest(API_VERSION, "ClusterRole", NAMESPACE_ROLE, rules=_of_a_namespace(config)),
        ),
        bindings=(
            _binding("ClusterRoleBinding", CLUSTER_ROLE, None),
            *(_binding("RoleBinding", NAMESPACE_ROLE, namespace) for namespace in watched(config)),
        ),
    )


def watched(config: StackConfig) -> list[str]:
    """Return the namespaces that Traefik reads: its own, and those with routes or error pages.

    Sorted, so that only a namespace more or less rolls Traefik.
    """
    serving = {
        name
        for name, application in config.applications.items()
        if application.routes or application.tcp_routes or application.udp_routes
    }
    serving |= {m.errors.application for m in config.traffic.middlewares.values() if m.errors is not None}
    return sorted({TRAEFIK, *(application_namespace(config, name) for name in serving)})


GATEWAY_API = "gateway.networking.k8s.io"
GATEWAY_KINDS = ("backendtlspolicies", "gateways", "grpcroutes", "httproutes", "referencegrants", "tlsroutes")
"""Kinds of Gateway API that Traefik waits for in each watched namespace."""
GATEWAY_STATUS = ("backendtlspolicies", "gateways", "grpcroutes", "httproutes", "tlsroutes")


def _of_the_cluster(config: StackConfig) -> list[dict[str, Any]]:
    rules = [
        {"apiGroups": [""], "resources": ["nodes"], "verbs": READ},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingressclasses"], "verbs": READ},
    ]
    if config.ingress.gateway_api is not None:
        rules += [
            {"apiGroups": [""], "resources": ["namespaces"], "verbs": READ},
            {"apiGroups": [GATEWAY_API], "resources": ["gatewayclasses"], "verbs": READ},
            {"apiGroups": [GATEWAY_API], "resources": ["gatewayclasses/status"], "verbs": ["update"]},
        ]
    return rules


def _of_a_namespace(config: StackConfig) -> list[dict[str, Any]]:
    gateway = [
        {"apiGroups": [GATEWAY_API], "resources": list(GATEWAY_KINDS), "verbs": READ},
        {
            "apiGroups": [GATEWAY_API],
            "resources": [f"{kind}/status" for kind in GATEWAY_STATUS],
            "verbs": ["update"],
        },
    ]
    return [
        *(gateway if config.ingress.gateway_api is not None else ()),
        {"apiGroups": [""], "resources": ["configmaps", "secrets", "services"], "verbs": READ},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": READ},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": READ},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses/status"], "verbs": ["update"]},
        {"apiGroups": ["traefik.io"], "resources": list(KINDS), "verbs": READ},
    ]


def _binding(kind: str, role: str, namespace: str | None) -> Manifest:
    return manifest(
        API_VERSION,
        kind,
        role if namespace is None else TRAEFIK,
        namespace=namespace,
        roleRef={"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        subjects=[{"kind": "ServiceAccount", "namespace": TRAEFIK, "name": TRAEFIK}],
    )
