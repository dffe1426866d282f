"""Deployments of the declared workloads, as plain data.

Each has exactly the labels and ports that the stack file declares, so that Services, routes and
policies meet it as they would meet the team's own.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lab.demo.container import bounds
from lab.demo.redis import Redis, server
from lab.parts import images
from network.config import StackConfig
from network.config.applications import Port, Workload
from network.plan.model.collector import TRACES_URL
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace

OWNER = {"app.kubernetes.io/managed-by": "lab"}
"""Label of the lab's Deployments; their pods have the workload's labels only."""

DRAINING_SECONDS = 5
"""A pod that ends goes on serving for so long, until kube-proxy and Traefik have heard of it."""

FIRST_OWN_PORT = 9091
"""The backend's own ports begin here: one for probes, one on the loopback device."""


def deployments(config: StackConfig, redis: Redis | None = None) -> tuple[Manifest, ...]:
    """Return a Deployment for each workload of each application; `redis` says which one is a Redis."""
    return tuple(
        _deployment(
            application_namespace(config, application),
            name,
            workload,
            server(redis, workload)
            if redis and redis.is_(application, name)
            else _backend(f"{application}/{name}", name, workload, _spans(config, application)),
            # Two, so that something is left when one ends; a Redis of two would count twice.
            replicas=2 if workload.ports and not (redis and redis.is_(application, name)) else 1,
        )
        for application, declared in config.applications.items()
        for name, workload in declared.workloads.items()
    )


def adopted_namespaces(config: StackConfig) -> tuple[str, ...]:
    """Return the namespaces that the program expects to exist: those of somebody else."""
    return tuple(
        dict.fromkeys(
            application_namespace(config, name)
            for name, application in config.applications.items()
            if not application.create_namespace
        )
    )


def _deployment(
    namespace: str, name: str, workload: Workload, container: Mapping[str, Any], replicas: int
) -> Manifest:
    labels = dict(workload.labels)
    return manifest(
        "apps/v1",
        "Deployment",
        name,
        namespace=namespace,
        labels=OWNER,
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            # A new pod is ready before an old one goes.
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "securityContext": {
                        "runAsNonRoot": True,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "terminationGracePeriodSeconds": 30,
                    "topologySpreadConstraints": [
                        {
                            "maxSkew": 1,
                            "topologyKey": "kubernetes.io/hostname",
                            "whenUnsatisfiable": "ScheduleAnyway",
                            "labelSelector": {"matchLabels": labels},
                            # Else the old pods of a rollout count, and both new ones may share a node.
                            "matchLabelKeys": ["pod-template-hash"],
                        }
                    ],
                    "containers": [container],
                },
            },
        },
    )


def _spans(config: StackConfig, application: str) -> str:
    """Return where an application's pods may send spans; nowhere is empty."""
    traces = config.observability.traces if config.observability else None
    return TRACES_URL if traces and application in traces.applications else ""


def _backend(full_name: str, name: str, workload: Workload, spans: str) -> Mapping[str, Any]:
    """Return the container of the demo backend, which sends its spans to the URL `spans`."""
    probe, control = _own_ports(workload.ports.values())
    ports = ",".join(_listening(workload))
    return {
        "name": name,
        "image": images.demo().name,
        "imagePullPolicy": "IfNotPresent",
        "ports": [
            {"name": port_name, "containerPort": port.port, "protocol": port.protocol}
            for port_name, port in workload.ports.items()
        ],
        "env": [
            {"name": "DEMO_WORKLOAD", "value": full_name},
            {"name": "DEMO_PORTS", "value": ports},
            {"name": "DEMO_PROBE_PORT", "value": str(probe)},
            {"name": "DEMO_CONTROL_PORT", "value": str(control)},
            *([{"name": "DEMO_OTLP", "value": spans}] if spans else []),
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        ],
        "readinessProbe": {
            "httpGet": {"path": "/ready", "port": probe},
            "periodSeconds": 2,
            "failureThreshold": 2,
        },
        "livenessProbe": {"httpGet": {"path": "/live", "port": probe}, "periodSeconds": 10},
        "lifecycle": {"preStop": {"sleep": {"seconds": DRAINING_SECONDS}}},
        **bounds("128Mi"),
    }


def _listening(workload: Workload) -> Iterator[str]:
    """Yield what the backend listens on, of a range its ends."""
    for name, port in workload.ports.items():
        yield f"{name}={port.port}/{port.protocol.lower()}"
        if port.end_port is not None:
            yield f"{name}-end={port.end_port}/{port.protocol.lower()}"


def _own_ports(taken: Iterable[Port]) -> tuple[int, int]:
    """Return two ports that the workload does not use: for probes, and for control."""
    used = [range(port.port, port.last + 1) for port in taken]
    free = (port for port in range(FIRST_OWN_PORT, 65536) if not any(port in each for each in used))
    return next(free), next(free)
