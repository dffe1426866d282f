"""The connections of logs and traces (POL-3)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.observability.endpoints import OtlpEndpoint
from network.plan.model.collector import AGENT_PORT, COLLECTOR, GRPC_PORT, HTTP_PORT
from network.plan.model.flows import Flow, Peer, Pods, Port
from network.plan.model.names import application_namespace
from network.plan.model.peers import API_SERVER, API_SERVER_PORTS, TRAEFIK, outside
from network.plan.telemetry import store
from network.plan.telemetry.agent import AGENTS


def build(config: StackConfig) -> tuple[Flow, ...]:
    """Return the flows to the collector, and from it to stores and the API server."""
    return (*_of_logs(config), *_of_traces(config))


def _of_logs(config: StackConfig) -> Iterator[Flow]:
    logs = config.observability.logs if config.observability else None
    if logs is None:
        return
    yield Flow(
        "agents-to-collector", AGENTS, COLLECTOR, (Port(AGENT_PORT),), "Pass on what pods and Traefik say."
    )
    endpoint = logs.store.endpoint
    receiver, port = (store.STORE, store.PORT) if endpoint is None else _receiver(config, endpoint, "logs")
    yield Flow("collector-to-logs", COLLECTOR, receiver, (Port(port),), "Keeps logs.")
    if logs.events:
        yield Flow(
            "collector-to-api-server", COLLECTOR, API_SERVER, API_SERVER_PORTS, "Watches Kubernetes' Events."
        )


def _of_traces(config: StackConfig) -> Iterator[Flow]:
    traces = config.observability.traces if config.observability else None
    if traces is None:
        return
    yield Flow("traefik-to-collector", TRAEFIK, COLLECTOR, (Port(HTTP_PORT),), "Sends spans of requests.")
    for name in traces.applications:
        yield Flow(
            f"{name}-to-collector",
            Pods(application_namespace(config, name), name, {}),
            COLLECTOR,
            (Port(GRPC_PORT), Port(HTTP_PORT)),
            "Sends spans of its own.",
        )
    receiver, port = _receiver(config, traces.endpoint, "traces")
    yield Flow("collector-to-traces", COLLECTOR, receiver, (Port(port),), "Passes on the drawn spans.")


def _receiver(config: StackConfig, endpoint: OtlpEndpoint, signal: str) -> tuple[Peer, int]:
    """Return whom an endpoint leads to, and the port past its Service."""
    pods = endpoint.pods
    peer = Pods(pods.namespace, f"{signal}-receiver", pods.labels) if pods else outside(config, endpoint.host)
    return peer, endpoint.reached_port
