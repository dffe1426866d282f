"""The watch from outside: DigitalOcean's checks of the public hosts, and alerts of the load balancer (OBS-4).

A probe from within the cluster ends at Traefik's pods; only these come in as clients do, and are told of
while the cluster is down.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from network.config import StackConfig
from network.config.applications import Route
from network.config.entry_points import Balancer
from network.config.lifetimes import renewed_before, shortest
from network.config.observability.outside import Outside
from network.config.traffic.roles import Guard
from network.plan.model.capacity import Charge
from network.plan.model.cloud import CloudResource
from network.plan.model.layer import LayerPlan
from network.plan.model.names import environment_name

DOWN_PERIOD = "2m"
"""The shortest that DigitalOcean offers."""

LOAD_WINDOW = "5m"

DOLLARS_PER_CHECK = 1
"""A month (docs/facts/digitalocean.md#watch-from-outside)."""

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
    load_balancers: Mapping[Balancer, tuple[CloudResource, ...]] = field(
        default_factory=dict[Balancer, tuple[CloudResource, ...]]
    )
    """Alerts of each, which get its id at declaration."""
    slack_channel: str | None = None
    """Told beside the addresses in the alerts, by a webhook that no plan holds."""


def build(config: StackConfig) -> OutsidePlan:
    """Return the plan of the watch from outside."""
    outside = config.observability.outside if config.observability else None
    if outside is None:
        return OutsidePlan()
    targets = _targets(config, outside)
    return OutsidePlan(
        charges=(Charge("checks from outside", DOLLARS_PER_CHECK, len(targets)),) if targets else (),
        hosts=tuple(_watch(config, outside, host, path) for host, path in targets.items()),
        load_balancers={
            balancer: tuple(_of_a_load_balancer(config, outside, balancer))
            for balancer in config.ingress.balancers
        },
        slack_channel=outside.slack_channel,
    )


def _targets(config: StackConfig, outside: Outside) -> dict[str, str]:
    """Return the hosts that are asked, each with the shortest path at which it answers strangers."""
    paths: dict[str, list[str]] = {}
    for application in config.applications.values():
        for route in application.routes.values():
            if route.load_balancer == "public" and _answers_strangers(config, route):
                for host in route.named_hosts:
                    paths.setdefault(host, []).append(route.path or route.path_prefix)
    return {
        host: min(of_host, key=lambda path: (len(path), path))
        for host, of_host in sorted(paths.items())
        if host not in outside.except_hosts
    }


def _answers_strangers(config: StackConfig, route: Route) -> bool:
    """Whether a GET that shows nothing is for the route, and passes to its backend."""
    middlewares = (config.traffic.middlewares[link.name] for link in config.traffic.passed_to(route))
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


def _of_a_load_balancer(config: StackConfig, outside: Outside, balancer: Balancer) -> Iterator[CloudResource]:
    """Yield alerts of a load balancer that is near its nodes' limits. Of TCP, which it passes, it counts no
    HTTP and no TLS; a node without a pod of Traefik is unhealthy by design, so their share tells nothing."""
    if balancer == "public" and config.ingress.load_balancer.type != "REGIONAL":
        return
    title = "load balancer" if balancer == "public" else f"{balancer} load balancer"
    for key, what in (
        ("connection_utilization_percent", "connections"),
        ("avg_cpu_utilization_percent", "CPU"),
    ):
        yield CloudResource(
            "MonitorAlert",
            f"{title} {what}",
            {
                "type": f"v1/insights/lbaas/{key}",
                "compare": "GreaterThan",
                "value": FULL_PERCENT,
                "window": LOAD_WINDOW,
                "enabled": True,
                "description": f"{environment_name(config)}: the {title}'s {what} are near their limit",
                "alerts": _told(outside),
            },
        )
