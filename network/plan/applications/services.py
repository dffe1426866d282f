"""Services of workloads (SVC-1)."""

from network.config import StackConfig
from network.config.applications import Workload
from network.plan.kubernetes import Manifest, manifest
from network.plan.names import application_namespace


def build(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return one Service for each workload that listens."""
    return tuple(
        _service(application_namespace(config, application), name, workload)
        for name, workload in config.applications[application].workloads.items()
        if workload.ports
    )


def _service(namespace: str, name: str, workload: Workload) -> Manifest:
    return manifest(
        "v1",
        "Service",
        name,
        namespace=namespace,
        spec={
            "type": "ClusterIP",
            "selector": dict(workload.labels),
            "ports": [
                {
                    "name": port_name,
                    "port": port.port,
                    "targetPort": port.port,
                    "protocol": port.protocol,
                }
                for port_name, port in workload.ports.items()
            ],
        },
    )
