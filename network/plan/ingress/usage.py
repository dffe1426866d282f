"""What a load balancer carries now, as Traefik counts it behind it: PromQL, of the last minutes."""

from network.config import StackConfig
from network.config.entry_points import HTTP, Balancer
from network.plan.ingress.entrypoints import of_tcp

_WINDOW = "5m"


def requests(balancer: Balancer) -> str:
    """Return the requests a second."""
    return f"sum(rate(traefik_entrypoint_requests_total{{{_of(*HTTP[balancer])}}}[{_WINDOW}]))"


def connections(config: StackConfig, balancer: Balancer) -> str:
    """Return the open connections."""
    return f"sum(traefik_open_connections{{{_of(*HTTP[balancer], *of_tcp(config, balancer))}}})"


def megabits(balancer: Balancer) -> str:
    """Return the megabits a second, of requests and answers."""
    chosen = f"{{{_of(*HTTP[balancer])}}}[{_WINDOW}]"
    both = " + ".join(
        f"sum(rate(traefik_entrypoint_{way}_bytes_total{chosen}))" for way in ("requests", "responses")
    )
    return f"8 * ({both}) / 1e6"


def _of(*entry_points: str) -> str:
    return f'entrypoint=~"{"|".join(entry_points)}"'
