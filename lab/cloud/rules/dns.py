"""Rules of DNS zones and records."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from lab.cloud.errors import unprocessable
from lab.cloud.state import Account, Json, Kind

SMALLEST_TTL = 30
"""Seconds (ttl 5 fails in `up`: docs/facts/provider.md#what-a-preview-refuses)."""

POINTERS = frozenset({"CNAME", "MX", "NS", "SRV"})
"""Types whose value is a name: with a final dot, or "@" for the zone itself."""

_TYPES = POINTERS | {"A", "AAAA", "CAA", "TXT", "SOA"}
_LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_ZONE = re.compile(rf"({_LABEL}\.)+[A-Za-z]{{2,63}}")
_RECORD = re.compile(r"@|(\*\.?)?([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?\.?)*")


def zone_name(account: Account, name: str) -> None:
    """A zone is a domain name that nobody has yet: 422 if it exists
    (docs/facts/provider.md#zones-and-records)."""
    if not _ZONE.fullmatch(name):
        raise unprocessable(f"Domain name {name!r} is not valid")
    if account.find(Kind.DOMAIN, name) is not None:
        raise unprocessable(f"Domain {name}: name already exists")


def short_name(name: str, zone: str) -> str:
    """A record's name as the API keeps it: relative to the zone, "@" for the zone itself."""
    if name in (f"{zone}.", "@", ""):
        return "@"
    return name.removesuffix(f".{zone}.")


def record(record: Json) -> None:
    """Values fit their type: addresses, names with a final dot, ttl from 30 s
    (docs/facts/provider.md#what-a-preview-refuses)."""
    kind, data = record["type"], record["data"]
    if kind not in _TYPES:
        raise unprocessable(f"Type {kind!r} is not a valid record type")
    if not _RECORD.fullmatch(record["name"]):
        raise unprocessable("Name Only valid hostname characters are allowed")
    if not data:
        raise unprocessable("Data can't be blank")
    if kind in ("A", "AAAA"):
        _address(kind, data)
    if kind in POINTERS and data != "@" and not data.endswith("."):
        raise unprocessable("Data needs to end with a dot (.)")
    if kind == "CAA":
        _authority(record)
    if record["ttl"] < SMALLEST_TTL:
        raise unprocessable(f"Ttl must be greater than or equal to {SMALLEST_TTL}")


def _authority(record: Json) -> None:
    """The authority is a name with a final dot, without parameters; an iodef is a URL (DigitalOcean's page of
    CAA records: neither `;` nor name-value tags after the authority's name)."""
    flags, tag, data = record["flags"], record["tag"], record["data"]
    if not 0 <= (flags or 0) <= 255:
        raise unprocessable("Flags must be an integer between 0 and 255")
    if tag not in ("issue", "issuewild", "iodef"):
        raise unprocessable("Tag must be issue, issuewild, or iodef")
    if tag == "iodef":
        if not data.startswith(("mailto:", "http://", "https://")):
            raise unprocessable("Data must be a URL")
    elif ";" in data or not data.endswith("."):
        raise unprocessable("Data needs to end with a dot (.)")


def _address(kind: str, data: str) -> None:
    try:
        IPv4Address(data) if kind == "A" else IPv6Address(data)
    except AddressValueError:
        raise unprocessable(f"Data is not a valid {'IPv4' if kind == 'A' else 'IPv6'} address") from None


def alone(others: list[Json], record: Json) -> None:
    """A CNAME shares its name with no other record (RFC 1034, section 3.6.2)."""
    for other in others:
        if other["name"] == record["name"] and "CNAME" in (other["type"], record["type"]):
            raise unprocessable("CNAME records cannot share a name with other records")


def ends_with_a_dot(record: Json) -> bool:
    """Whether a value is given with the final dot that the API answers without."""
    return record["type"] in POINTERS or (record["type"] == "CAA" and record["tag"] != "iodef")


def stored(record: Json, zone: str) -> str:
    """A record's value as the API answers it: pointers and CAA without the final dot, "@" for the zone
    (docs/facts/provider.md#zones-and-records)."""
    data = record["data"]
    if record["type"] in POINTERS and data == f"{zone}.":
        return "@"
    if ends_with_a_dot(record):
        return data.removesuffix(".")
    return data.lower() if record["type"] == "AAAA" else data
