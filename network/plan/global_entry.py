"""The GLOBAL load balancer over the environments of several regions (EXT-5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from network.config import StackConfig
from network.config.global_entry.entry import GlobalEntry
from network.config.zones import zone_of, zones
from network.plan.model.capacity import Charge
from network.plan.model.cloud import CloudResource

DOLLARS, HOSTS_INCLUDED, DOLLARS_PER_FURTHER_HOST = 15, 5, 0.14
"""A month (docs/facts/digitalocean.md#prices)."""

FAILOVER_PERCENT = 50
"""Where the stack file says nothing; the example of the API's description."""

HTTPS, HTTP = 443, 80


@dataclass(frozen=True)
class TargetPlan:
    """An environment behind the load balancer."""

    stack: str
    load_balancer: str
    """Name in the account: a rebuilt one is found by it, with whatever id."""
    region: str
    priority: int | None


@dataclass(frozen=True)
class HostPlan:
    """A host that leads to the load balancer."""

    name: str
    zone: str | None
    """The deepest zone of the environments that holds it; None is one that no stack file knows."""
    managed: bool


@dataclass(frozen=True)
class GlobalEntryPlan:
    """The load balancer and what stands behind and before it."""

    balancer: CloudResource
    """Lacks `target_load_balancer_ids`."""
    targets: tuple[TargetPlan, ...]
    """In the order in which they are asked, if they have priorities."""
    hosts: tuple[HostPlan, ...]
    charges: tuple[Charge, ...]


def build(entry: GlobalEntry, environments: Mapping[str, StackConfig]) -> GlobalEntryPlan:
    """Return the plan; `environments` are the valid configurations of those that the entry names."""
    targets = sorted(_targets(entry, environments), key=lambda target: target.priority or 0)
    return GlobalEntryPlan(
        balancer=CloudResource(
            "LoadBalancer",
            entry.name,
            {
                "name": entry.name,
                "type": "GLOBAL",
                "glb_settings": _settings(entry, targets),
                "domains": [
                    {"name": host, "is_managed": True}
                    if says.managed
                    else {"name": host, "certificate_name": says.certificate}
                    for host, says in entry.hosts.items()
                ],
                "healthcheck": {
                    "protocol": "http",
                    "port": HTTP,
                    "path": "/",
                    "check_interval_seconds": entry.health_check.interval_seconds,
                    "response_timeout_seconds": entry.health_check.response_timeout_seconds,
                    "unhealthy_threshold": entry.health_check.unhealthy_threshold,
                    "healthy_threshold": entry.health_check.healthy_threshold,
                },
                "redirect_http_to_https": True,
            },
            protect=any(each.environment.is_production for each in environments.values()),
        ),
        targets=tuple(targets),
        hosts=tuple(_host(host, says.managed, environments) for host, says in entry.hosts.items()),
        charges=tuple(_charges(entry)),
    )


def _targets(entry: GlobalEntry, environments: Mapping[str, StackConfig]) -> Iterator[TargetPlan]:
    for stack, target in entry.environments.items():
        config = environments[stack]
        name = config.ingress.load_balancer.name
        yield TargetPlan(stack, name, config.environment.region, target.priority)


def _settings(entry: GlobalEntry, targets: list[TargetPlan]) -> dict[str, object]:
    """Return the one rule. A threshold is told with priorities alone: without them it is not read back, and
    each `up` would set it again (docs/facts/provider.md#load-balancers)."""
    priorities = {target.region: target.priority for target in targets if target.priority is not None}
    return {
        "target_protocol": "https",
        "target_port": HTTPS,
        "cdn": {"is_enabled": entry.cdn},
        **(
            {
                "region_priorities": priorities,
                "failover_threshold": entry.failover_threshold or FAILOVER_PERCENT,
            }
            if priorities
            else {}
        ),
    }


def _host(host: str, managed: bool, environments: Mapping[str, StackConfig]) -> HostPlan:
    known = [zone for config in environments.values() for zone in zones(config.external.dns)]
    zone = zone_of(host, known)
    return HostPlan(host, None if zone is None else zone.name, managed)


def _charges(entry: GlobalEntry) -> Iterator[Charge]:
    yield Charge("global load balancer", DOLLARS)
    if further := max(0, len(entry.hosts) - HOSTS_INCLUDED):
        yield Charge(
            "hosts of the global load balancer beyond its first five", DOLLARS_PER_FURTHER_HOST, further
        )
