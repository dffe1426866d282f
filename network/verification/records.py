"""The zones' records: each planned name leads to its load balancer or the CDN, and to nothing beside it."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.zones import DeclaredZone, zones
from network.live.cluster import Object
from network.live.finding import CannotLookError, Finding
from network.plan import Plan
from network.plan.external import ZonePlan
from network.plan.model.records import RecordPlan
from network.verification.cluster import the_one
from network.verification.load_balancer import live
from network.verification.reading import DOMAINS, RECORDS, Objects, Reading
from network.verification.row import Behind, Check, Judged, Look, both, listed

ZONE = Check(
    "zone",
    "the zone is in the account",
    DOMAINS,
    "`pulumi up` makes it, or `external.dns.mode: adopt` where it is to exist already",
)
RECORD = Check(
    "record",
    "each planned name leads to its load balancer, or to the CDN, and nowhere else, for as long as planned",
    RECORDS,
    "`pulumi up` sets it again; what is beside it goes by `doctl compute domain records delete <zone> <id>`",
)
CAA = Check(
    "record-caa",
    "the zone lets the planned authorities issue certificates, and nobody else",
    RECORDS,
    "`pulumi up` sets them again; delete what lets others issue",
)
CHECKS = (ZONE, RECORD, CAA)

_OF = {"A": "ip", "AAAA": "ipv6"}
"""Type of a record -> where a load balancer has the address."""


def findings(config: StackConfig, plan: Plan, reading: Reading) -> Iterator[Finding]:
    """Yield the rows of every zone."""
    for declared, planned in zip(zones(config.external.dns), plan.external.zones, strict=True):
        yield from _of_zone(config, declared, planned, reading)


def _of_zone(
    config: StackConfig, declared: DeclaredZone, planned: ZonePlan, reading: Reading
) -> Iterator[Finding]:
    name = planned.name
    if planned.provider == "external":
        zone: Look[Object] = CannotLookError(
            f"dig {name}",
            "another provider serves the zone, and the account knows nothing of it",
            "compare what `pulumi stack output records` names with what `dig` answers",
        )
    else:
        yield ZONE.row(f"zone {name}", "in the account", f"{declared.path}.zone").judge(
            reading.domains, lambda seen: _exists(seen, name)
        )
        zone = the_one(reading.domains, name, "zone")
    records: Look[Objects] = zone if isinstance(zone, CannotLookError | Behind) else reading.records[name]
    for record in planned.records:
        if record.value is None:
            yield _address(config, reading, declared, record, records)
        elif record.type == "CNAME":
            yield _alias(declared, record, record.value, records)
    caa = [record for record in planned.records if record.type == "CAA"]
    if caa:
        yield CAA.row(f"zone {name}", listed(map(_caa, caa)), f"{declared.path}.caa").equal(
            records, lambda seen: listed(_found_caa(seen, [_caa(each) for each in caa]))
        )


def _subject(zone: DeclaredZone, record: RecordPlan) -> str:
    return f"{record.type} {record.name}" + (f" of {zone.name}" if zone.key else "")


def _alias(zone: DeclaredZone, record: RecordPlan, value: str, records: Look[Objects]) -> Finding:
    row = RECORD.row(_subject(zone, record), f"{value.rstrip('.')}, ttl {record.ttl}", "external.cdn")
    return row.equal(
        records,
        lambda seen: listed(
            [
                f"{each['data'].rstrip('.')}, ttl {each['ttl']}"
                for each in seen
                if (each["name"], each["type"]) == (record.name, record.type)
            ],
            "no record",
        ),
    )


def _exists(domains: Objects, name: str) -> Judged:
    there = any(each["name"] == name for each in domains)
    return Judged("in the account" if there else "not in the account", there)


def _address(
    config: StackConfig, reading: Reading, zone: DeclaredZone, record: RecordPlan, records: Look[Objects]
) -> Finding:
    balancer = config.ingress.internal_load_balancer if record.internal else config.ingress.load_balancer
    assert balancer is not None
    row = RECORD.row(
        _subject(zone, record),
        f"the address of load balancer {balancer.name}, ttl {record.ttl}",
        f"{zone.path}.internalHosts" if record.internal else f"{zone.path}.hosts",
    )
    return row.judge(both(records, live(reading, balancer.name)), lambda pair: _judged(record, *pair))


def _judged(record: RecordPlan, records: Objects, balancer: Object) -> Judged:
    here = [each for each in records if each["name"] == record.name]
    found = [each for each in here if each["type"] == record.type]
    aliases = [f"CNAME {each['data']}" for each in here if each["type"] == "CNAME"]
    told = listed([*(f"{each['data']}, ttl {each['ttl']}" for each in found), *aliases], "no record")
    address = balancer[_OF[record.type]]
    right = not aliases and [(each["data"], each["ttl"]) for each in found] == [(address, record.ttl)]
    return Judged(told if right else f"{told}; the load balancer is at {address}", right)


def _caa(record: RecordPlan) -> str:
    return f"{record.tag} {(record.value or '').rstrip('.')}, ttl {record.ttl}"


def _found_caa(records: Objects, planned: list[str]) -> list[str]:
    """Return the zone's CAA records, those that are planned first and in their order."""
    found = [
        f"{each['tag']} {each['data'].rstrip('.')}, ttl {each['ttl']}"
        for each in records
        if each["type"] == "CAA" and each["name"] == "@"
    ]
    return [*(each for each in planned if each in found), *sorted(set(found) - set(planned))]
