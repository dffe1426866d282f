"""Namespaces of applications, their quota and default limits (SVC-4)."""

from network.config import StackConfig
from network.config.applications import Application, Quota
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.model.namespaces import NamespacePlan, labelled


def build(config: StackConfig) -> tuple[NamespacePlan, ...]:
    """Return the namespace of each application."""
    return tuple(
        _namespace(config, application_namespace(config, name), application)
        for name, application in config.applications.items()
    )


def _namespace(config: StackConfig, name: str, application: Application) -> NamespacePlan:
    return NamespacePlan(
        name,
        "created" if application.create_namespace else "adopted",
        labelled(config, name, application.pod_security),
        "application",
        (_quota(name, application), _limits(name, application.quota)),
    )


def _quota(namespace: str, application: Application) -> Manifest:
    quota = application.quota
    opened = [len(w.served) for w in application.workloads.values() if w.service.type == "NodePort"]
    balanced = [len(w.served) for w in application.workloads.values() if w.service.type == "LoadBalancer"]
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
