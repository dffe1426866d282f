"""Which spans Traefik makes, and what is never in them (OBS-2).

What it does by itself says docs/facts/observability.md#spans-of-traefik.
"""

from typing import Any

from network.config import StackConfig
from network.config.platform import TRAEFIK
from network.plan.model.collector import TRACES_URL

EVERY_REQUEST = 1.0
"""Share of requests that Traefik traces by itself. Callers can have all of theirs traced anyway, so the
collector alone draws which are kept; drawing here too would multiply the two shares."""


def values(config: StackConfig) -> dict[str, Any]:
    """Return the chart's `tracing`, which sends to the collector; nothing where no traces are asked for."""
    if not is_on(config):
        return {}
    return {
        "tracing": {
            "addInternals": False,
            "serviceName": TRAEFIK,
            "sampleRate": EVERY_REQUEST,
            # No header, and of queries the names alone: both carry credentials.
            "capturedRequestHeaders": [],
            "capturedResponseHeaders": [],
            "safeQueryParams": [],
            "otlp": {"enabled": True, "http": {"enabled": True, "endpoint": TRACES_URL}},
        }
    }


def untraced(config: StackConfig) -> dict[str, Any]:
    """Return what an entrypoint has that is no way in: the kubelet's looks would fill the store."""
    return {"observability": {"tracing": False}} if is_on(config) else {}


def is_on(config: StackConfig) -> bool:
    """Whether spans are made."""
    return config.observability is not None and config.observability.traces is not None
