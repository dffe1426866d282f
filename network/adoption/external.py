"""The VPC, the zones and their records, as the stack would take them over."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from network.adoption import inputs
from network.adoption.account import absent, chosen, differences
from network.adoption.objects import Effect, Importable, effects
from network.config import StackConfig
from network.config.zones import named, zones
from network.live.cluster import Object
from network.plan.external import ExternalPlan, ZonePlan
from network.plan.model.cloud import CloudResource
from network.plan.model.records import RecordPlan


def the_vpc(planned: CloudResource, vpcs: list[Object]) -> Object | None:
    """Return the VPC that the stack file names, else the one of the planned name, else the one of its region
    that has its range."""
    found = chosen(planned, vpcs)
    if found is not None or planned.adopted is not None:
        return found
    wanted = (planned.arguments["region"], planned.arguments["ip_range"])
    return next((each for each in vpcs if (each["region"], each["ip_range"]) == wanted), None)


def vpc(
    planned: CloudResource, vpcs: list[Object], found: Object | None, *, seen: bool
) -> Iterator[Importable]:
    """Yield the stack's VPC, and others that stand in its way; `seen`: whether the account told its VPCs."""
    key, adopted = "adopt.vpc", planned.adopted is not None
    if found is not None:
        lines = None if adopted else {"network:adopt": {"vpc": found["id"]}}
        told = tuple(differences(planned, found))
        yield Importable("Vpc", "network", found["id"], f"VPC {found['name']}", key, adopted, told, lines)
    elif adopted and seen:
        yield absent(planned, "network", "VPC", key, "doctl vpcs list")
    wanted = IPv4Network(planned.arguments["ip_range"])
    for each in vpcs:
        if each is not found and IPv4Network(each["ip_range"], strict=False).overlaps(wanted):
            effect = Effect(
                "ipRange",
                each["ip_range"],
                str(wanted),
                "refused",
                "networks of one account share no address, and it is not this stack's VPC",
                f"choose another `external.vpc.ipRange`; or write `adopt.vpc: {each['id']}`, "
                f"`environment.region: {each['region']}` and `external.vpc.ipRange: {each['ip_range']}`",
            )
            title = f"VPC {each['name']}"
            yield Importable("Vpc", "network", each["id"], title, "external.vpc.ipRange", False, (effect,))


def served_zones(config: StackConfig, plan: ExternalPlan, domains: list[Object]) -> Iterator[Importable]:
    """Yield the stack's zones that the account serves, and those that it does not serve and that shall be
    adopted."""
    served = {each["name"] for each in domains}
    declared = {zone.key: zone for zone in zones(config.external.dns)}
    for zone in plan.zones:
        adopted, key = zone.mode == "adopt", f"{declared[zone.key].path}.mode"
        if zone.provider != "digitalocean" or not (adopted or zone.name in served):
            continue
        lines: Any = {"mode": "adopt"}
        for step in reversed(declared[zone.key].location[1:]):
            lines = {step: lines}
        missing = Effect(
            "",
            "",
            "",
            "refused",
            f"the account serves no zone {zone.name}",
            f"write `{key}: create`, or make it: doctl compute domain create {zone.name}",
        )
        yield Importable(
            "Domain",
            named("network", zone.key),
            zone.name,
            f"zone {zone.name}",
            key,
            adopted,
            () if zone.name in served else (missing,),
            None if adopted else {"network:external": lines},
        )


def records(zone: ZonePlan, there: list[Object]) -> Iterator[Importable]:
    """Yield the planned records that a zone has already; each of those is one of them at most."""
    left = list(there)
    for planned in zone.records:
        found = next((each for each in left if _is(planned, each)), None)
        if found is not None:
            left.remove(found)
            wanted = {"type": planned.type, "name": planned.name, "ttl": planned.ttl}
            yield Importable(
                "DnsRecord",
                f"records-{planned.key}",
                f"{zone.name},{found['id']}",
                f"record {planned.type} {planned.name} of {zone.name}, {found['data']}",
                "",
                False,
                tuple(effects("DnsRecord", inputs.of("DnsRecord", found, wanted), wanted, planned.key)),
            )


def _is(planned: RecordPlan, record: Object) -> bool:
    """Say whether a record is the planned one: by type and name, of CAA by tag and value too."""
    if (record["type"], record["name"]) != (planned.type, planned.name):
        return False
    value = str(record["data"]).rstrip(".")
    return planned.tag is None or (record.get("tag"), value) == (
        planned.tag,
        (planned.value or "").rstrip("."),
    )
