"""Whoever a stack sends its logs and traces to, and what it shows them in the lab."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from lab.engine.throwaway import throw_away
from lab.internet.otlp import OtlpReceiver
from network.config import StackConfig
from network.config.hosts import inside_cluster

SIGNALS = ("logs", "traces")


def credential(signal: str, state: Path) -> str:
    """The lab's credential for whoever takes a signal: fit for `Bearer` and, in base64, for `Basic`."""
    return b64encode(f"lab:{throw_away(state, secret(signal))}".encode()).decode()


def secret(signal: str) -> str:
    """Name of what the lab's credential for a signal is made of."""
    return f"{signal}-credential"


def otlp_receivers(config: StackConfig, state: Path) -> Iterator[OtlpReceiver]:
    """Everybody outside the cluster whom a stack sends its logs or traces to."""
    logs, traces = (
        (config.observability.logs, config.observability.traces) if config.observability else (None, None)
    )
    endpoints = {
        "logs": (logs.store.endpoint if logs else None, config.logs_credential),
        "traces": (traces.endpoint if traces else None, config.traces_credential),
    }
    for signal in SIGNALS:
        endpoint, given = endpoints[signal]
        if endpoint is None or inside_cluster(endpoint.host):
            continue
        shown = f"{endpoint.scheme} {credential(signal, state)}" if given is not None else ""
        path = urlsplit(endpoint.url).path.rstrip("/")
        yield OtlpReceiver(signal, endpoint.host, endpoint.reached_port, path, shown)
