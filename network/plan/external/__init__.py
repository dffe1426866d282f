"""What lies outside the cluster: VPC, DNS zone and records, cloud firewall, CDN (EXT-2 to EXT-4)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from network.config import StackConfig
from network.config.external import FirewallRule
from network.config.zones import DeclaredZone, zones
from network.plan.external import caa, cdn
from network.plan.model.cloud import CloudResource
from network.plan.model.layer import LayerPlan
from network.plan.model.names import environment_name
from network.plan.model.records import RecordPlan

VPC_DELETE_TIMEOUT = "15m"
"""The deletion of a cluster returns at once, but its VPC is free only once it has vanished; the
provider gives up after two minutes by default."""


@dataclass(frozen=True)
class ZonePlan:
    """One DNS zone, with the platform's records in it."""

    key: str
    """Its name in the stack file, which tells its resources from the first zone's; empty for that."""
    name: str
    """Its domain name."""
    provider: Literal["digitalocean", "external"]
    """Where another one serves it, its records are exported, not made."""
    mode: Literal["create", "adopt"]
    """An adopted zone exists: it is imported, and outlives `destroy`."""
    protect: bool
    """Refuse `destroy` and replacement; needless where the zone outlives both."""
    records: tuple[RecordPlan, ...]


@dataclass(frozen=True, kw_only=True)
class ExternalPlan(LayerPlan):
    """What the program declares outside the cluster."""

    title = "Outside"

    vpc: CloudResource
    peerings: tuple[CloudResource, ...]
    """Each lacks this VPC among its `vpc_ids`."""
    zones: tuple[ZonePlan, ...]
    """The first one first."""
    firewall: CloudResource | None
    cdns: cdn.CdnsPlan | None


def build(config: StackConfig) -> ExternalPlan:
    """Return the external layer's plan."""
    return ExternalPlan(
        vpc=_vpc(config),
        peerings=tuple(_peerings(config)),
        zones=tuple(_zone(config, zone) for zone in zones(config.external.dns)),
        firewall=_firewall(config),
        cdns=cdn.build(config),
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
        protect=config.environment.is_production or config.adopt.vpc is not None,
        delete_before_replace=True,
        adopted=config.adopt.vpc,
        delete_timeout=VPC_DELETE_TIMEOUT,
    )


def _peerings(config: StackConfig) -> Iterator[CloudResource]:
    for peer, peering in config.external.vpc.peerings.items():
        name = f"{environment_name(config)}-{peer}"
        # A peering with another VPC cannot have the name before the former is gone.
        yield CloudResource(
            "VpcPeering", name, {"name": name, "vpc_ids": [peering.vpc_id]}, delete_before_replace=True
        )


def _zone(config: StackConfig, zone: DeclaredZone) -> ZonePlan:
    dns = zone.says
    return ZonePlan(
        zone.key,
        zone.name,
        dns.provider,
        dns.mode,
        protect=config.environment.is_production and dns.mode == "create",
        records=tuple(
            replace(record, key=record_key(zone.key, record.key)) for record in _records(config, zone)
        ),
    )


def record_key(zone: str, key: str) -> str:
    """Return the name of a zone's record inside the program; in the first zone it is the record's own.

    No record's own begins with `zone-`, and no zone's key holds a dot.
    """
    return f"zone-{zone}.{key}" if zone else key


def _records(config: StackConfig, zone: DeclaredZone) -> tuple[RecordPlan, ...]:
    dns = zone.says
    names = {
        **({"apex": "@"} if dns.apex else {}),
        **({"wildcard": "*"} if dns.wildcard else {}),
        **{_key(host): host for host in dns.hosts},
    }
    both = config.ingress.load_balancer.ipv6
    return (
        *(RecordPlan(key, "A", name, dns.ttl) for key, name in names.items()),
        *(RecordPlan(f"{key}-ipv6", "AAAA", name, dns.ttl) for key, name in names.items() if both),
        *(
            RecordPlan(f"internal-{_key(host)}", "A", host, dns.ttl, internal=True)
            for host in dns.internal_hosts
        ),
        *(cdn.records(config) if not zone.key else ()),
        *caa.records(config, zone),
    )


def _key(host: str) -> str:
    return f"wildcard-{host[2:]}" if host.startswith("*.") else f"host-{host}"


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
