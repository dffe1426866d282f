"""Services of Kubernetes: of workloads, and names of hosts outside (SVC-1, SVC-2)."""

from typing import Any

from network.config import StackConfig
from network.config.applications import Workload
from network.config.applications.external_services import ExternalService
from network.plan.ingress.load_balancer import PREFIX
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace, environment_name


def build(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return one Service for each workload that listens, and one for each external service."""
    declared = config.applications[application]
    namespace = application_namespace(config, application)
    return (
        *(
            _workload(config, application, name, workload)
            for name, workload in declared.workloads.items()
            if workload.ports
        ),
        *(_external(namespace, name, external) for name, external in declared.external_services.items()),
    )


def _workload(config: StackConfig, application: str, name: str, workload: Workload) -> Manifest:
    balancer = f"{environment_name(config)}-{application}-{name}"
    internal = workload.service.type == "LoadBalancer"
    return manifest(
        "v1",
        "Service",
        name,
        namespace=application_namespace(config, application),
        annotations=_internal_load_balancer(balancer) if internal else None,
        spec={
            **_type(workload),
            "selector": dict(workload.labels),
            "ports": [
                {
                    "name": port_name,
                    "port": port.port,
                    "targetPort": port.port,
                    "protocol": port.protocol,
                }
                for port_name, port in workload.served.items()
            ],
        },
    )


def _type(workload: Workload) -> dict[str, Any]:
    spec: dict[str, Any] = {"type": workload.service.type}
    match workload.service.type:
        case "Headless":
            spec = {"type": "ClusterIP", "clusterIP": "None"}
        case "NodePort" | "LoadBalancer":
            # A hop over another node would put its address in place of the client's, which policies know.
            spec["externalTrafficPolicy"] = "Local"
        case "ClusterIP":
            pass
    if workload.service.session_affinity is not None:
        spec["sessionAffinity"] = "ClientIP"
        timeout = workload.service.session_affinity.timeout_seconds
        spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": timeout}}
    return spec


def _internal_load_balancer(name: str) -> dict[str, str]:
    """Return the annotations of a load balancer without a public address. All values are strings."""
    settings = {"name": name, "type": "REGIONAL", "network": "INTERNAL", "protocol": "tcp", "size-unit": "1"}
    return {f"{PREFIX}{suffix}": value for suffix, value in settings.items()}


def _external(namespace: str, name: str, external: ExternalService) -> Manifest:
    port = {"name": external.scheme, "port": external.port, "protocol": "TCP"}
    spec = {"type": "ExternalName", "externalName": external.host, "ports": [port]}
    return manifest("v1", "Service", name, namespace=namespace, spec=spec)
