"""The load that limits are compared with: declared, given, or measured."""

from network.config import StackConfig
from network.config.expected_load import KILOBYTES_PER_REQUEST, NEW_TLS_PERCENT
from network.plan.ingress import usage
from network.plan.model.capacity import Load

NONE = Load(0, 0, 0, 0)
"""Of a platform that nobody asks."""

RESERVE = 1.3
"""Times the load: what grows unevenly over replicas and nodes, and until somebody has raised a limit (a
judgement)."""

LOOKS_BACK = "1d"
"""Over which the busiest moment of a running platform is looked for."""


def of(
    config: StackConfig,
    requests: float,
    connections: float | None = None,
    new_tls_percent: float | None = None,
    megabits: float | None = None,
) -> Load:
    """Return a load of which some parts may be unknown: they are as the stack expects them of each request.

    New connections stay open as long as Traefik keeps idle ones: each second's share of them, for as many
    seconds.
    """
    expected = config.ingress.expected_load
    if new_tls_percent is None:
        new_tls_percent = NEW_TLS_PERCENT if expected is None else expected.new_tls_percent
    kilobytes = KILOBYTES_PER_REQUEST if expected is None else expected.kilobytes_per_request
    handshakes = requests * new_tls_percent / 100
    if connections is None:
        connections = handshakes * config.ingress.timeouts.idle_seconds
    if megabits is None:
        megabits = requests * kilobytes * 8 / 1000
    return Load(requests, connections, handshakes, megabits)


def declared(config: StackConfig) -> Load | None:
    """Return what the stack file says; None where it says nothing."""
    expected = config.ingress.expected_load
    if expected is None:
        return None
    return of(config, expected.requests_per_second, expected.connections)


def queries(config: StackConfig) -> dict[str, str]:
    """Return what asks a Prometheus for the parts of the busiest moment's load, by their names in `of`."""
    asked = {
        "requests": usage.requests("public"),
        "connections": usage.connections(config, "public"),
        "megabits": usage.megabits("public"),
    }
    return {name: _most(expr) for name, expr in asked.items()}


def _most(expr: str) -> str:
    # One that has just begun has no look that is past.
    return f"(max_over_time(({expr})[{LOOKS_BACK}:5m]) or ({expr}))"
