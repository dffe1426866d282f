"""The collector: all logs, Events and spans pass it, so that one place bounds, cuts out and sends
(OBS-2, OBS-3)."""

from collections.abc import Collection
from typing import Any

from network.config import StackConfig
from network.config.observability.endpoints import OtlpEndpoint
from network.config.observability.logs import Logs
from network.config.observability.traces import Traces
from network.config.platform import TELEMETRY
from network.plan.model.capacity import taken_of
from network.plan.model.collector import AGENT_PORT, COLLECTOR, GRPC_PORT, HTTP_PORT
from network.plan.model.kubernetes import ReleasePlan, SecretPlan
from network.plan.model.layer import MetricsEndpoint, RunningPods
from network.plan.model.rbac import READ
from network.plan.telemetry import access_log, credentials, store
from network.plan.telemetry.agent import APPLICATION, NAMESPACE
from network.plan.telemetry.part import (
    MEMORY_LIMITER,
    METRICS_PORT,
    OWN_ADDRESS,
    RESTRICTED,
    Part,
    collector_values,
    ports,
)

USER = 10001
"""Whom the image runs as."""

RESOURCES = {
    "requests": {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "16Mi"},
    "limits": {"memory": "512Mi", "ephemeral-storage": "128Mi"},
}

HASH_SEED = 20260801
"""Of the draw (docs/facts/observability.md#sampler-of-the-collector). With the default one it would draw the
same traces as a sampler before or behind it."""

CREDENTIALS_FOLDER = "/etc/collector/credentials"
"""Where Secrets are mounted. Their files are read anew when they change."""

EVENTS = "kubernetes-events"
"""What the store knows Kubernetes' Events by, in place of an application."""

IMPATIENT = {
    "timeout": "10s",
    "sending_queue": {"enabled": False},
    "retry_on_failure": {"enabled": False},
}
"""Agents hear whether the store has taken their lines, and soon: they keep what it has not, and an agent that
ends waits for its answers."""

STREAMS = (NAMESPACE, APPLICATION, access_log.ENTRYPOINT)
"""By which VictoriaLogs tells streams apart; each has few values, and none that a client chooses."""


def build(config: StackConfig) -> Part:
    """Return the collector. One replica: of several each would tell every Event, and nothing is lost while it
    is away but spans and Events, since agents wait for it with their lines."""
    chart = config.charts.collector
    logs, traces = _asked(config)
    open_ = {
        **({"agents": AGENT_PORT} if logs else {}),
        **({"otlp-grpc": GRPC_PORT, "spans": HTTP_PORT} if traces else {}),
    }
    watches = logs is not None and logs.events
    authenticated = _authenticated(config)
    values = {
        **collector_values(chart, "collector", _config(config)),
        "mode": "deployment",
        "replicaCount": 1,
        "ports": ports(**open_),
        "serviceAccount": {"automountServiceAccountToken": watches},
        "clusterRole": {
            "create": watches,
            "name": "network-collector",
            "clusterRoleBinding": {"name": "network-collector"},
            "rules": [{"apiGroups": [""], "resources": ["events"], "verbs": READ}],
        },
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": RESTRICTED,
        "extraVolumes": [
            {"name": _secret(signal), "secret": {"secretName": _secret(signal), "defaultMode": 0o440}}
            for signal in authenticated
        ],
        "extraVolumeMounts": [
            {"name": _secret(signal), "mountPath": f"{CREDENTIALS_FOLDER}/{signal}", "readOnly": True}
            for signal in authenticated
        ],
        "resources": RESOURCES,
    }
    return Part(
        ReleasePlan("collector", TELEMETRY, "opentelemetry-collector", chart, values),
        RunningPods(
            COLLECTOR,
            {
                **COLLECTOR.labels,
                "app.kubernetes.io/instance": "collector",
                "component": "standalone-collector",
            },
            {**open_, "metrics": METRICS_PORT},
        ),
        MetricsEndpoint("collector", COLLECTOR, METRICS_PORT),
        taken_of("collector", RESOURCES),
    )


def secrets(config: StackConfig) -> tuple[SecretPlan, ...]:
    """Return the Secrets of the credentials that are sent."""
    return tuple(
        SecretPlan(_secret(signal), TELEMETRY, "Opaque", {"credential": f"{signal}Credential"})
        for signal in _authenticated(config)
    )


def _secret(signal: str) -> str:
    return f"{signal}-credential"


def _authenticated(config: StackConfig) -> dict[str, OtlpEndpoint]:
    """Return the endpoints that are sent a credential, by the signal that they take."""
    logs, traces = _asked(config)
    asked = {
        "logs": (logs.store.endpoint if logs else None, config.logs_credential),
        "traces": (traces.endpoint if traces else None, config.traces_credential),
    }
    return {
        signal: endpoint
        for signal, (endpoint, credential) in asked.items()
        if endpoint is not None and credential is not None
    }


def _asked(config: StackConfig) -> tuple[Logs | None, Traces | None]:
    asked = config.observability
    return (asked.logs, asked.traces) if asked else (None, None)


def _config(config: StackConfig) -> dict[str, Any]:
    logs, traces = _asked(config)
    authenticated = _authenticated(config)
    parts: list[dict[str, Any]] = [
        *([_logs(logs, authenticated)] if logs else []),
        *([_events()] if logs and logs.events else []),
        *([_traces(traces, authenticated)] if traces else []),
    ]
    return {
        "extensions": {
            f"bearertokenauth/{signal}": {
                "scheme": endpoint.scheme,
                "filename": f"{CREDENTIALS_FOLDER}/{signal}/credential",
            }
            for signal, endpoint in authenticated.items()
        },
        "receivers": _joined(parts, "receivers"),
        "processors": {"memory_limiter": MEMORY_LIMITER, **_joined(parts, "processors")},
        "exporters": _joined(parts, "exporters"),
        "service": {"pipelines": _joined(parts, "pipelines")},
    }


def _joined(parts: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.get(key, {}).items()}


def _logs(logs: Logs, authenticated: Collection[str]) -> dict[str, Any]:
    endpoint = logs.store.endpoint
    exporter = (
        {"endpoint": store.OTLP_URL, "headers": {"VL-Stream-Fields": ",".join(STREAMS)}}
        if endpoint is None
        else _sent(endpoint, "logs", authenticated)
    )
    return {
        "receivers": {
            "otlp/agents": {"protocols": {"http": {"endpoint": f"{OWN_ADDRESS}:{AGENT_PORT}"}}},
        },
        "processors": {"transform/lines": credentials.of_logs()},
        "exporters": {"otlp_http/logs": {**exporter, **IMPATIENT}},
        "pipelines": {
            "logs": {
                "receivers": ["otlp/agents"],
                "processors": ["memory_limiter", "transform/lines"],
                "exporters": ["otlp_http/logs"],
            }
        },
    }


def _events() -> dict[str, Any]:
    """Kubernetes' Events, by the same way out as lines. The lab's collector has no such receiver."""
    return {
        "receivers": {"k8s_events": {"auth_type": "serviceAccount"}},
        "processors": {
            "transform/events": {
                "error_mode": "ignore",
                "log_statements": [
                    f'set(resource.attributes["{APPLICATION}"], "{EVENTS}")',
                    f'set(resource.attributes["{NAMESPACE}"], log.attributes["{NAMESPACE}"])',
                ],
            },
        },
        "pipelines": {
            "logs/events": {
                "receivers": ["k8s_events"],
                "processors": ["memory_limiter", "transform/events", "transform/lines"],
                "exporters": ["otlp_http/logs"],
            }
        },
    }


def _traces(traces: Traces, authenticated: Collection[str]) -> dict[str, Any]:
    return {
        "receivers": {
            "otlp/spans": {
                "protocols": {
                    "grpc": {"endpoint": f"{OWN_ADDRESS}:{GRPC_PORT}"},
                    "http": {"endpoint": f"{OWN_ADDRESS}:{HTTP_PORT}"},
                }
            },
        },
        "processors": {
            "transform/spans": credentials.of_spans(),
            "probabilistic_sampler": {
                "mode": "hash_seed",
                "hash_seed": HASH_SEED,
                "sampling_percentage": round(traces.ratio * 100, 4),
            },
            "batch": {},
        },
        "exporters": {"otlp_http/traces": _sent(traces.endpoint, "traces", authenticated)},
        "pipelines": {
            "traces": {
                "receivers": ["otlp/spans"],
                "processors": ["memory_limiter", "transform/spans", "probabilistic_sampler", "batch"],
                "exporters": ["otlp_http/traces"],
            }
        },
    }


def _sent(endpoint: OtlpEndpoint, signal: str, authenticated: Collection[str]) -> dict[str, Any]:
    auth = {"auth": {"authenticator": f"bearertokenauth/{signal}"}} if signal in authenticated else {}
    return {"endpoint": endpoint.url, **auth}
