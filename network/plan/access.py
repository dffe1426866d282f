"""Five roles and who holds them (ADM-1). The fifth, cluster admin, is Kubernetes' own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.access import ServiceAccountRef, Subjects
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.layer import LayerPlan
from network.plan.model.names import application_namespace
from network.plan.model.rbac import API_VERSION, RBAC, READ, WRITE

PLATFORM_ENGINEER = "network-platform-engineer"
DEVELOPER = "network-developer"
READER = "network-reader"
DEPLOYER = "network-deployer"

Rule = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class AccessPlan(LayerPlan):
    """ClusterRoles and what binds them."""

    title = "Access"

    roles: tuple[Manifest, ...]
    bindings: tuple[Manifest, ...]


def build(config: StackConfig, layers: Sequence[LayerPlan]) -> AccessPlan:
    """Return the access layer's plan, over the namespaces of the layers."""
    platform = sorted(
        namespace.name for layer in layers for namespace in layer.namespaces if namespace.holds == "platform"
    )
    return AccessPlan(roles=_roles(), bindings=_bindings(config, platform))


def _rule(group: str, resources: list[str], verbs: list[str]) -> Rule:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}


def _readable() -> list[Rule]:
    """Return what everybody with a role may read: RBAC cannot take Secrets away again, so all
    else is listed."""
    return [
        _rule(
            "",
            [
                "configmaps",
                "endpoints",
                "events",
                "limitranges",
                "namespaces",
                "nodes",
                "persistentvolumeclaims",
                "persistentvolumes",
                "pods",
                "pods/log",
                "replicationcontrollers",
                "resourcequotas",
                "serviceaccounts",
                "services",
            ],
            READ,
        ),
        *(
            _rule(group, ["*"], READ)
            for group in (
                "apps",
                "autoscaling",
                "batch",
                "discovery.k8s.io",
                "events.k8s.io",
                "metrics.k8s.io",
                "networking.k8s.io",
                "policy",
                RBAC,
                "cilium.io",
                "cert-manager.io",
                "acme.cert-manager.io",
                "traefik.io",
                "admissionregistration.k8s.io",
            )
        ),
    ]


def _deployable() -> list[Rule]:
    """Return what makes an application run. Routes and policies are absent: they come from the
    stack's configuration."""
    return [
        _rule("apps", ["daemonsets", "deployments", "statefulsets"], WRITE),
        _rule("apps", ["deployments/scale", "statefulsets/scale"], ["update", "patch"]),
        _rule("batch", ["cronjobs", "jobs"], WRITE),
        _rule("autoscaling", ["horizontalpodautoscalers"], WRITE),
        _rule("policy", ["poddisruptionbudgets"], WRITE),
        _rule("", ["configmaps", "persistentvolumeclaims", "serviceaccounts"], WRITE),
        # Bound per namespace, so these are the application's own; Helm keeps its releases there.
        _rule("", ["secrets"], [*READ, *WRITE]),
    ]


def _debuggable() -> list[Rule]:
    return [
        _rule("", ["pods"], ["delete"]),
        _rule("", ["pods/exec", "pods/portforward", "pods/attach"], ["create"]),
        _rule("", ["pods/ephemeralcontainers"], ["update", "patch"]),
    ]


def _roles() -> tuple[Manifest, ...]:
    everything: list[Rule] = [_rule("*", ["*"], ["*"])]
    return (
        # Bound in the platform's namespaces only.
        _role(PLATFORM_ENGINEER, everything),
        _role(DEVELOPER, [*_readable(), *_deployable(), *_debuggable()]),
        # The API server counts calls, those of deprecated APIs among them.
        _role(READER, [*_readable(), {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]),
        _role(DEPLOYER, [*_readable(), *_deployable()]),
    )


def _role(name: str, rules: list[Rule]) -> Manifest:
    return manifest(API_VERSION, "ClusterRole", name, rules=rules)


def _bindings(config: StackConfig, platform: Iterable[str]) -> tuple[Manifest, ...]:
    access = config.access
    cluster_wide = {
        "network-cluster-admins": ("cluster-admin", _subjects(access.cluster_admins)),
        "network-readers": (READER, _subjects(access.readers)),
        "network-platform-engineers": (READER, _subjects(access.platform_engineers)),
    }
    namespaced = [
        *(
            (
                namespace,
                "platform-engineers",
                PLATFORM_ENGINEER,
                access.platform_engineers,
            )
            for namespace in platform
        ),
        *(
            (
                application_namespace(config, application),
                "developers",
                DEVELOPER,
                subjects,
            )
            for application, subjects in access.developers.items()
        ),
    ]
    return (
        *(
            _binding("ClusterRoleBinding", name, role, subjects)
            for name, (role, subjects) in cluster_wide.items()
            if subjects
        ),
        *(
            _binding("RoleBinding", name, role, _subjects(subjects), namespace)
            for namespace, name, role, subjects in namespaced
            if _subjects(subjects)
        ),
        *(
            _binding(
                "RoleBinding",
                "deployer",
                DEPLOYER,
                [_service_account(account)],
                application_namespace(config, application),
            )
            for application, account in access.deployers.items()
        ),
    )


def _binding(
    kind: str,
    name: str,
    role: str,
    subjects: list[dict[str, str]],
    namespace: str | None = None,
) -> Manifest:
    reference: dict[str, Any] = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role}
    return manifest(
        API_VERSION,
        kind,
        name,
        namespace=namespace,
        roleRef=reference,
        subjects=subjects,
    )


def _subjects(subjects: Subjects) -> list[dict[str, str]]:
    return [
        *({"apiGroup": RBAC, "kind": "Group", "name": name} for name in subjects.groups),
        *({"apiGroup": RBAC, "kind": "User", "name": name} for name in subjects.users),
    ]


def _service_account(account: ServiceAccountRef) -> dict[str, str]:
    return {
        "kind": "ServiceAccount",
        "namespace": account.namespace,
        "name": account.name,
    }
