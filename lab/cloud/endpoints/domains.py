"""DNS zones and their records."""

from typing import Any

from lab.cloud.endpoints.request import Operation, Reply, Request, lister, listing, reader
from lab.cloud.errors import not_found
from lab.cloud.rules import dns as rules
from lab.cloud.state import Account, Json, Kind

NAME_SERVERS = ("ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com")

ZONE_TTL = 1800
"""Seconds; what the API gives to a zone and to a record that names none."""

_FIELDS: dict[str, Any] = {
    "type": "",
    "name": "@",
    "data": "",
    "priority": None,
    "port": None,
    "ttl": ZONE_TTL,
    "weight": None,
    "flags": None,
    "tag": None,
}

_NUMBERS = {"priority": ("MX", "SRV"), "port": ("SRV",), "weight": ("SRV",), "flags": ("CAA",)}
"""Number -> types that have it; the API answers null for the others."""


def records_of(account: Account, zone: str) -> list[Json]:
    """A zone's records, oldest first."""
    return [record for record in account.all(Kind.RECORD) if record["zone"] == zone]


def _create(request: Request) -> Reply:
    name = request.body["name"]
    with request.store.change() as account:
        rules.zone_name(account, name)
        domain = account.put(Kind.DOMAIN, name, {"name": name, "ttl": ZONE_TTL, "zone_file": ""})
        add(account, name, {"type": "SOA", "data": str(ZONE_TTL)})
        for server in NAME_SERVERS:
            add(account, name, {"type": "NS", "data": f"{server}."})
        if request.body.get("ip_address"):
            add(account, name, {"type": "A", "data": request.body["ip_address"]})
    return 201, {"domain": domain}


def _delete(request: Request) -> Reply:
    zone = request.ids[0]
    with request.store.change() as account:
        account.drop(Kind.DOMAIN, zone)
        for record in records_of(account, zone):
            account.drop(Kind.RECORD, str(record["id"]))
    return 204, {}


def add(account: Account, zone: str, given: Json) -> Json:
    """Make a record of a zone. Raises a 422 ApiError where it breaks a rule."""
    record = {**_FIELDS, **{key: value for key, value in given.items() if key in _FIELDS}}
    record["ttl"] = record["ttl"] or ZONE_TTL
    record["data"] = record["data"] or ""
    record["name"] = rules.short_name(record["name"], zone)
    return _settle(account, zone, {"id": account.next_serial(), **record})


def _settle(account: Account, zone: str, record: Json) -> Json:
    """Check a record, keep it as the API does, and align the ttl of its equals [api]
    (docs/facts/provider.md#zones-and-records)."""
    # The client library sends 0 for each number that the type does not have.
    record |= {key: None for key in _NUMBERS if record["type"] not in _NUMBERS[key]}
    rules.record(record)
    others = [other for other in records_of(account, zone) if other["id"] != record["id"]]
    rules.alone(others, record)
    record["data"] = rules.stored(record, zone)
    for other in others:
        if (other["name"], other["type"]) == (record["name"], record["type"]):
            other["ttl"] = record["ttl"]
    account.put(Kind.RECORD, str(record["id"]), {**record, "zone": zone})
    return record


def _list_records(request: Request) -> Reply:
    """`type` narrows the list, and so does `name`, given in full."""
    account = request.store.account
    zone = account.get(Kind.DOMAIN, request.ids[0])["name"]
    found = records_of(account, zone)
    if kind := request.query.get("type"):
        found = [record for record in found if record["type"] == kind]
    if name := request.query.get("name"):
        short = rules.short_name(f"{name.removesuffix('.')}.", zone)
        found = [record for record in found if record["name"] == short]
    return listing(request, "domain_records", [_shown(record) for record in found])


def _get_record(request: Request) -> Reply:
    return 200, {"domain_record": _shown(_record(request.store.account, request))}


def _create_record(request: Request) -> Reply:
    with request.store.change() as account:
        zone = account.get(Kind.DOMAIN, request.ids[0])["name"]
        record = add(account, zone, request.body)
    return 201, {"domain_record": record}


def _update_record(request: Request) -> Reply:
    with request.store.change() as account:
        zone = request.ids[0]
        record = _shown(_record(account, request))
        if record["data"] != "@" and rules.ends_with_a_dot(record):
            record["data"] += "."
        record |= {key: value for key, value in request.body.items() if key in _FIELDS and value is not None}
        record["name"] = rules.short_name(record["name"], zone)
        record = _settle(account, zone, record)
    return 200, {"domain_record": record}


def _delete_record(request: Request) -> Reply:
    with request.store.change() as account:
        account.drop(Kind.RECORD, str(_record(account, request)["id"]))
    return 204, {}


def _record(account: Account, request: Request) -> Json:
    zone, key = request.ids
    record = account.get(Kind.RECORD, key)
    if record["zone"] != zone:
        raise not_found()
    return record


def _shown(record: Json) -> Json:
    return {key: value for key, value in record.items() if key != "zone"}


_RECORDS = "/v2/domains/{}/records"

OPERATIONS = (
    Operation("list_domains", "GET", "/v2/domains", lister(Kind.DOMAIN)),
    Operation("create_domain", "POST", "/v2/domains", _create),
    Operation("get_domain", "GET", "/v2/domains/{}", reader(Kind.DOMAIN, "domain")),
    Operation("delete_domain", "DELETE", "/v2/domains/{}", _delete),
    Operation("list_records", "GET", _RECORDS, _list_records),
    Operation("create_record", "POST", _RECORDS, _create_record),
    Operation("get_record", "GET", f"{_RECORDS}/{{}}", _get_record),
    Operation("update_record", "PUT", f"{_RECORDS}/{{}}", _update_record),
    Operation("patch_record", "PATCH", f"{_RECORDS}/{{}}", _update_record),
    Operation("delete_record", "DELETE", f"{_RECORDS}/{{}}", _delete_record),
)
