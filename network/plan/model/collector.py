"""Where the collector takes spans and log lines: what sends them belongs to other layers."""

from network.config.platform import TELEMETRY
from network.plan.model.flows import Pods

COLLECTOR = Pods(TELEMETRY, "collector", {"app.kubernetes.io/name": "collector"})

GRPC_PORT, HTTP_PORT = 4317, 4318
"""OTLP's own ports: spans by gRPC and by HTTP."""

AGENT_PORT = 4319
"""Log lines of the agents, by HTTP. Apart from the spans' ports: whoever may send those cannot write into
the access log."""

HOST = f"collector.{TELEMETRY}.svc.cluster.local"
TRACES_URL = f"http://{HOST}:{HTTP_PORT}/v1/traces"
"""Whole and with its scheme: Traefik drops every span without a word of an address that has none."""
AGENT_URL = f"http://{HOST}:{AGENT_PORT}"
