"""Agents: one on each node reads the lines of the pods that are asked for, and no others (OBS-3)."""

from dataclasses import replace
from typing import Any

from network.config import StackConfig
from network.config.observability.logs import Logs
from network.config.platform import TELEMETRY_NODES, TRAEFIK
from network.plan.model.capacity import taken_of
from network.plan.model.collector import AGENT_URL
from network.plan.model.flows import Pods
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.layer import MetricsEndpoint, RunningPods
from network.plan.model.names import application_namespace
from network.plan.telemetry import access_log
from network.plan.telemetry.part import (
    COMMAND,
    MEMORY_LIMITER,
    METRICS_PORT,
    RESTRICTED,
    Part,
    collector_values,
    ports,
)

AGENTS = Pods(TELEMETRY_NODES, "collector-agent", {"app.kubernetes.io/name": "collector-agent"})

APPLICATION = "service.name"
NAMESPACE = "k8s.namespace.name"
"""Attributes of the resource, by OpenTelemetry's conventions."""

LOGS_FOLDER = "/var/log/pods"
"""Where the kubelet keeps `<namespace>_<pod>_<uid>/<container>/<restart>.log`."""

CHECKPOINTS = "/var/lib/network-collector"
"""How far each file has been read, on the node: an agent that starts anew goes on there."""

RESOURCES = {
    "requests": {"cpu": "50m", "memory": "64Mi", "ephemeral-storage": "16Mi"},
    "limits": {"memory": "256Mi", "ephemeral-storage": "128Mi"},
}
"""Measured: 44 MiB a node (docs/facts/observability.md#measured)."""

SYNCHRONOUS = "--feature-gates=stanza.synchronousLogEmitter"
"""A line counts as read once the queue has it. Otherwise it counts while it is in memory still, and goes with
the agent (docs/facts/observability.md#lines-that-an-agent-holds)."""

PATIENT = {
    "retry_on_failure": {"enabled": True, "max_elapsed_time": "0s"},
    "sending_queue": {
        "enabled": True,
        "storage": "file_storage",
        "block_on_overflow": True,
        "queue_size": 1000,
        "batch": {"flush_timeout": "200ms", "sizer": "items", "min_size": 100, "max_size": 1000},
    },
}
"""What was read and the store has not taken is on the node, and tried again without end."""

_PLACE = ("k8s.pod.name", "k8s.container.name")
"""Of a line's pod: attributes of the record, since as the resource's they would make a stream each."""


def build(config: StackConfig, logs: Logs) -> Part:
    """Return the agents."""
    chart = config.charts.collector
    values = {
        **collector_values(chart, "collector-agent", _config(config, logs)),
        "mode": "daemonset",
        "command": {**COMMAND, "extraArgs": [SYNCHRONOUS]},
        "ports": ports(),
        # A pool's taint keeps no pod's lines from being read.
        "tolerations": [{"operator": "Exists"}],
        "priorityClassName": "system-node-critical",
        "serviceAccount": {"automountServiceAccountToken": False},
        "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        # The files are root's. It has none of root's capabilities, and writes to its own folder alone.
        "securityContext": {**RESTRICTED, "runAsUser": 0, "runAsGroup": 0},
        "extraVolumes": [
            {"name": "logs", "hostPath": {"path": LOGS_FOLDER}},
            {"name": "checkpoints", "hostPath": {"path": CHECKPOINTS, "type": "DirectoryOrCreate"}},
        ],
        "extraVolumeMounts": [
            {"name": "logs", "mountPath": LOGS_FOLDER, "readOnly": True},
            {"name": "checkpoints", "mountPath": CHECKPOINTS},
        ],
        "resources": RESOURCES,
    }
    return Part(
        ReleasePlan("collector-agent", TELEMETRY_NODES, "opentelemetry-collector", chart, values),
        RunningPods(
            AGENTS,
            {
                **AGENTS.labels,
                "app.kubernetes.io/instance": "collector-agent",
                "component": "agent-collector",
            },
            {"metrics": METRICS_PORT},
        ),
        MetricsEndpoint("collector-agent", AGENTS, METRICS_PORT),
        replace(taken_of("collector-agent", RESOURCES), on_each_node=True),
    )


def _config(config: StackConfig, logs: Logs) -> dict[str, Any]:
    fields = [*access_log.FIELDS, *([access_log.USER_NAME] if logs.user_names == "keep" else [])]
    receivers = {
        f"file_log/{TRAEFIK}": _lines(TRAEFIK, TRAEFIK, access_log.operators(), fields),
        **{
            f"file_log/{name}": _lines(name, application_namespace(config, name), [], [])
            for name in logs.applications
        },
    }
    return {
        "extensions": {"file_storage": {"directory": CHECKPOINTS}},
        "receivers": receivers,
        "processors": {"memory_limiter": MEMORY_LIMITER},
        "exporters": {"otlp_http": {"endpoint": AGENT_URL, **PATIENT}},
        "service": {
            "pipelines": {
                "logs": {
                    "receivers": list(receivers),
                    "processors": ["memory_limiter"],
                    "exporters": ["otlp_http"],
                }
            }
        },
    }


def _lines(
    application: str, namespace: str, operators: list[dict[str, Any]], fields: list[str]
) -> dict[str, Any]:
    """Return the receiver of a namespace's lines; of their attributes only the place and `fields` stay."""
    return {
        # Beside the file that is written to the one before, until the kubelet compresses it.
        "include": [f"{LOGS_FOLDER}/{namespace}_*/*/*.log{rotated}" for rotated in ("", ".20*")],
        "exclude": [f"{LOGS_FOLDER}/*/*/*.gz"],
        "include_file_path": True,
        "include_file_name": False,
        "start_at": "beginning",
        "storage": "file_storage",
        "retry_on_failure": {"enabled": True, "max_elapsed_time": "0s"},
        "resource": {APPLICATION: application},
        "operators": [
            {"type": "container", "id": "container", "format": "containerd"},
            *operators,
            *(
                {"type": "move", "id": name, "from": f'resource["{name}"]', "to": f'attributes["{name}"]'}
                for name in _PLACE
            ),
            {
                "type": "retain",
                "id": "retain",
                "fields": [
                    *(f'attributes["{name}"]' for name in (*_PLACE, "log.iostream", *fields)),
                    *(
                        f'resource["{name}"]'
                        for name in (NAMESPACE, APPLICATION, *([access_log.ENTRYPOINT] if fields else []))
                    ),
                ],
            },
        ],
    }
