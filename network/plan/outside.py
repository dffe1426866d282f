"""The watch from outside: DigitalOcean's checks of the public hosts, and alerts of the load balancer (OBS-4).

A probe from within the cluster ends at Traefik's pods; only these come in as clients do, and are told of
while the cluster is down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from network.config import StackConfig
from network.config.applications import Route
from network.config.lifetimes import renewed_before, shortest
from network.config.observability.outside import Outside
from network.config.traffic.roles import Guard
from network.plan.model.cloud import CloudResource
from network.plan.model.layer import LayerPlan
from network.plan.model.names import environment_name

DOWN_PERIOD = "2m"
"""The shortest that DigitalOcean offers."""

LOAD_WINDOW = "5m"

FULL_PERCENT = 80
"""Of what the load balancer's nodes take, from when on more nodes are due."""


@dataclass(frozen=True)
class HostWatch:
    """A check, and what is told by it; they get its id at declaration."""

    check: CloudResource
    alerts: tuple[CloudResource, ...]


@dataclass(frozen=True, kw_only=True)
class OutsidePlan(LayerPlan):
    """Checks and alerts; none where nobody asks for them."""

    title = "Watch from outside"

    hosts: tuple[HostWatch, ...] = ()
    load_balancer: tuple[CloudResource, ...] = ()
    """Alerts, which get the load balancer's id at declaration."""
    slack_channel: str | None = None
    """Told beside the addresses in the alerts, by a webhook that no plan holds."""


def build(config: StackConfig) -> OutsidePlan:
    """Return the plan of the watch from outside."""
    outside = config.observability.outside if config.observability else None
    if outside is None:
        return OutsidePlan()
    return OutsidePlan(
        hosts=tuple(_watch(config, outside, host, path) for host, path in _targets(config, outside).items()),
        load_balancer=tuple(_of_the_load_balancer(config, outside)),
        slack_channel=outside.slack_channel,
    )


def _targets(config: StackConfig, outside: Outside) -> dict[str, str]:
    """Return the hosts that are asked, each with the shortest path at which it answers strangers."""
    paths: dict[str, list[str]] = {}
    for application in config.applications.values():
        for route in application.routes.values():
            if _answers_strangers(config, route):
                for host in route.all_hosts:
                    paths.setdefault(host, []).append(route.path or route.path_prefix)
    return {
        host: min(of_host, key=lambda path: (len(path), path))
        for host, of_host in sorted(paths.items())
        if host not in outside.except_hosts
    }


def _answers_strangers(config: StackConfig, route: Route) -> bool:
    """Whether a GET that shows nothing is for the route, and passes to its backend."""
    middlewares = (config.traffic.middlewares[name] for name, _ in config.traffic.passed(route.chain))
    return (
        route.path_regexp is None
        and route.client_ca is None
        and not route.asks_more
        and route.accepts("GET")
        and not any(isinstance(middleware.kind, Guard) for middleware in middlewares)
    )


def _watch(config: StackConfig, outside: Outside, host: str, path: str) -> HostWatch:
    name = f"{environment_name(config)} {host}"
    check = {
        "name": name,
        "target": f"https://{host}{path}",
        "type": "https",
        "regions": sorted(outside.regions),
        "enabled": True,
    }
    down = _alert(outside, f"{name} is down", "down_global", DOWN_PERIOD, threshold=1)
    expiry = _alert(
        outside, f"{name}: certificate ends", "ssl_expiry", DOWN_PERIOD, threshold=_expiry_days(config)
    )
    return HostWatch(
        CloudResource("UptimeCheck", host, check),
        (
            CloudResource("UptimeAlert", f"{host} down", down),
            CloudResource("UptimeAlert", f"{host} certificate", expiry),
        ),
    )


def _expiry_days(config: StackConfig) -> int:
    """Return how long before its end a certificate is told of: half the time that its renewal has had."""
    certificates = config.certificates
    left = renewed_before(shortest(certificates.profile), certificates.renew_before_percentage)
    return max(1, left // timedelta(days=2))


def _alert(outside: Outside, name: str, kind: str, period: str, *, threshold: int) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "threshold": threshold,
        "comparison": "less_than",
        "period": period,
        "notifications": [_told(outside)],
    }


def _told(outside: Outside) -> dict[str, Any]:
    return {"emails": list(outside.emails)}


def _of_the_load_balancer(config: StackConfig, outside: Outside) -> Iterator[CloudResource]:
    """Yield alerts of a load balancer that is near its nodes' limits. Of TCP, which it passes, it counts no
    HTTP and no TLS; a node without a pod of Traefik is unhealthy by design, so their share tells nothing."""
    if config.ingress.load_balancer.type != "REGIONAL":
        return
    for key, what in (
        ("connection_utilization_percent", "connections"),
        ("avg_cpu_utilization_percent", "CPU"),
    ):
        yield CloudResource(
            "MonitorAlert",
            f"load balancer {what}",
            {
                "type": f"v1/insights/lbaas/{key}",
                "compare": "GreaterThan",
                "value": FULL_PERCENT,
                "window": LOAD_WINDOW,
                "enabled": True,
                "description": f"{environment_name(config)}: the load balancer's {what} are near their limit",
                "alerts": _told(outside),
            },
        )
