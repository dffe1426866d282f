"""What lies outside the cluster: VPC, DNS zone and records, cloud firewall (EXT-2, EXT-4)."""

from dataclasses import dataclass
from typing import Any, Literal

from network.config import StackConfig
from network.config.external import FirewallRule
from network.plan.external import caa
from network.plan.model.cloud import CloudResource
from network.plan.model.layer import LayerPlan
from network.plan.model.names import environment_name
from network.plan.model.records import RecordPlan

VPC_DELETE_TIMEOUT = "15m"
"""The deletion of a cluster returns at once, but its VPC is free only once it has vanished; the
provider gives up after two minutes by default."""


@dataclass(frozen=True)
class ZonePlan:
    """The DNS zone at DigitalOcean."""

    name: str
    mode: Literal["create", "adopt"]
    """An adopted zone exists: it is imported, and outlives `destroy`."""
    protect: bool
    """Refuse `destroy` and replacement; needless where the zone outlives both."""


@dataclass(frozen=True, kw_only=True)
class ExternalPlan(LayerPlan):
    """What the program declares outside the cluster."""

    title = "Outside"

    vpc: CloudResource
    zone: ZonePlan | None
    """None when another provider serves the zone: then the records are exported, not made."""
    records: tuple[RecordPlan, ...]
    firewall: CloudResource | None


def build(config: StackConfig) -> ExternalPlan:
    """Return the external layer's plan."""
    return ExternalPlan(
        vpc=_vpc(config),
        zone=_zone(config),
        records=_records(config),
        firewall=_firewall(config),
    )


def _vpc(config: StackConfig) -> CloudResource:
    name = environment_name(config)
    return CloudResource(
        type="Vpc",
        name=name,
        arguments={
            "name": name,
            "region": config.environment.region,
            "ip_range": str(config.external.vpc.ip_range),
            "description": f"Nodes and load balancer of the {config.environment.name} network platform",
        },
        protect=config.environment.is_production,
        delete_before_replace=True,
        delete_timeout=VPC_DELETE_TIMEOUT,
    )


def _zone(config: StackConfig) -> ZonePlan | None:
    dns = config.external.dns
    if dns.provider == "external":
        return None
    return ZonePlan(dns.zone, dns.mode, protect=config.environment.is_production and dns.mode == "create")


def _records(config: StackConfig) -> tuple[RecordPlan, ...]:
    dns = config.external.dns
    names = {
        **({"apex": "@"} if dns.apex else {}),
        **({"wildcard": "*"} if dns.wildcard else {}),
        **{f"host-{host}": host for host in dns.hosts},
    }
    both = config.ingress.load_balancer.ipv6
    return (
        *(RecordPlan(key, "A", name, dns.ttl) for key, name in names.items()),
        *(RecordPlan(f"{key}-ipv6", "AAAA", name, dns.ttl) for key, name in names.items() if both),
        *caa.records(config),
    )


def _firewall(config: StackConfig) -> CloudResource | None:
    rules = config.external.firewall.inbound
    if not rules:
        return None
    name = f"{environment_name(config)}-nodes"
    return CloudResource(
        type="Firewall",
        name=name,
        arguments={
            "name": name,
            "inbound_rules": [_inbound(rule) for rule in rules.values()],
        },
    )


def _inbound(rule: FirewallRule) -> dict[str, Any]:
    ports = {"port_range": rule.ports} if rule.ports else {}
    return {
        "protocol": rule.protocol,
        **ports,
        "source_addresses": [str(source) for source in rule.sources],
    }
