"""Namespaces: who owns them, Pod Security Admission, quota and default limits (SVC-4)."""

from dataclasses import dataclass
from typing import Literal

from network.config import StackConfig
from network.config.applications import Application, Quota
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import PLATFORM_NAMESPACES, application_namespace

PodSecurity = Literal["restricted", "baseline"]


@dataclass(frozen=True)
class NamespacePlan:
    """One namespace and what bounds it."""

    name: str
    owner: Literal["created", "adopted"]
    """An adopted one exists: it is labelled, and outlives `destroy` and its application."""
    namespace: Manifest
    bounds: tuple[Manifest, ...] = ()
    """ResourceQuota and LimitRange of an application's namespace."""


def build(config: StackConfig) -> tuple[NamespacePlan, ...]:
    """Return the platform's namespaces and those of the applications."""
    version = kubernetes_minor(config)
    platform = (
        NamespacePlan(name, "created", _namespace(name, "restricted", version))
        for name in PLATFORM_NAMESPACES
    )
    applications = (
        _application(application_namespace(config, name), application, version)
        for name, application in config.applications.items()
    )
    return (*platform, *applications)


def kubernetes_minor(config: StackConfig) -> str:
    """Return the cluster's minor version as Pod Security Admission spells it, such as `v1.36`.

    Pinned to the cluster's, so that a Kubernetes upgrade never tightens a standard unseen.
    """
    major, minor, *_ = config.cluster.version.split(".")
    return f"v{major}.{minor}"


def _application(name: str, application: Application, version: str) -> NamespacePlan:
    return NamespacePlan(
        name,
        "created" if application.create_namespace else "adopted",
        _namespace(name, application.pod_security, version),
        (_quota(name, application), _limits(name, application.quota)),
    )


def _namespace(name: str, enforce: PodSecurity, version: str) -> Manifest:
    """Return a namespace that enforces a standard and warns of and audits the strictest."""
    levels = {"enforce": enforce, "audit": "restricted", "warn": "restricted"}
    labels: dict[str, str] = {}
    for mode, level in levels.items():
        labels[f"pod-security.kubernetes.io/{mode}"] = level
        labels[f"pod-security.kubernetes.io/{mode}-version"] = version
    return manifest("v1", "Namespace", name, labels=labels)


def _quota(namespace: str, application: Application) -> Manifest:
    quota = application.quota
    opened = [len(w.ports) for w in application.workloads.values() if w.service.type == "NodePort"]
    balanced = [len(w.ports) for w in application.workloads.values() if w.service.type == "LoadBalancer"]
    return manifest(
        "v1",
        "ResourceQuota",
        "quota",
        namespace=namespace,
        spec={
            "hard": {
                "pods": str(quota.pods),
                "requests.cpu": quota.cpu_requests,
                "requests.memory": quota.memory_requests,
                # Traefik's load balancer is the one public entry (EXT-1): only what the stack declares. Load
                # balancers reach pods through node ports.
                "services.loadbalancers": str(len(balanced)),
                "services.nodeports": str(sum(opened) + sum(balanced)),
            }
        },
    )


def _limits(namespace: str, quota: Quota) -> Manifest:
    return manifest(
        "v1",
        "LimitRange",
        "defaults",
        namespace=namespace,
        spec={
            "limits": [
                {
                    "type": "Container",
                    "defaultRequest": {
                        "cpu": quota.default_cpu_request,
                        "memory": quota.default_memory_request,
                    },
                    "default": {
                        "cpu": quota.default_cpu_limit,
                        "memory": quota.default_memory_limit,
                    },
                }
            ]
        },
    )
