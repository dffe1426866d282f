"""Zone files and the configuration of CoreDNS, as text: what `dns.py` serves."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any

from lab.internet.addresses import NAME_SERVER, NAME_SERVER_NAMES, RESOLVER

Record = Mapping[str, Any]
"""A record as DigitalOcean's API answers it: type, name ("@" or relative to the zone), data, ttl, and
priority, weight, port, flags, tag where the type has them. Names in data have no final dot."""

_TTL = 1800
"""Seconds; DigitalOcean's for its own NS and SOA."""

_NEGATIVE_TTL = 1
"""Seconds that "no such name" may be cached; DigitalOcean's 1800 would delay the lab's first look at a
name that was asked for too early."""

_POINTERS = ("CNAME", "NS", "MX", "SRV")


def zone_file(zone: str, records: Sequence[Record], serial: int) -> str:
    """The zone file of a DigitalOcean zone: its records between DigitalOcean's own SOA and NS."""
    lines = [
        _soa(f"{zone}.", serial),
        *(f"@ {_TTL} IN NS {server}." for server in NAME_SERVER_NAMES),
        *(_line(zone, record) for record in records if _is_served(record)),
    ]
    return "\n".join([f"$ORIGIN {zone}.", *lines, ""])


def root_file(names: Mapping[str, IPv4Address], serial: int) -> str:
    """The zone of everything else: it knows `names` and answers NXDOMAIN with a SOA to the rest."""
    lines = [
        _soa(".", serial),
        f"@ {_TTL} IN NS {NAME_SERVER_NAMES[0]}.",
        *(f"{name}. {_TTL} IN A {address}" for name, address in sorted(names.items())),
    ]
    return "\n".join(["$ORIGIN .", *lines, ""])


def server_configuration(files: Mapping[str, str], elsewhere: Mapping[str, str] | None = None) -> str:
    """CoreDNS' Corefile: each zone (`.` among them) from its file, or from the server (address and port)
    that has it `elsewhere`.

    A changed file is read within a tenth of a second, if its serial changed.
    """
    served = {zone: f"file {file} {{\n        reload 100ms\n    }}" for zone, file in files.items()}
    forwarded = {zone: f"forward . {server}" for zone, server in (elsewhere or {}).items()}
    own = f"bind {RESOLVER} {NAME_SERVER}"
    return "\n".join(
        f"{zone} {{\n    {own}\n    errors\n    {source}\n}}\n"
        for zone, source in sorted({**served, **forwarded}.items())
    )


def _soa(origin: str, serial: int) -> str:
    mail = f"hostmaster.{origin}" if origin != "." else "hostmaster."
    return f"{origin} {_TTL} IN SOA {NAME_SERVER_NAMES[0]}. {mail} {serial} 10800 3600 604800 {_NEGATIVE_TTL}"


def _is_served(record: Record) -> bool:
    """Whether a record is the account's own: the API also lists the zone's SOA and name servers."""
    apex_server = record["type"] == "NS" and record["name"] == "@"
    return record["type"] != "SOA" and not (apex_server and record["data"] in NAME_SERVER_NAMES)


def _line(zone: str, record: Record) -> str:
    return f"{record['name']} {record['ttl']} IN {record['type']} {_data(zone, record)}"


def _data(zone: str, record: Record) -> str:
    data = str(record["data"])
    if record["type"] in _POINTERS:
        target = f"{zone if data == '@' else data.removesuffix('.')}."
        numbers = {"MX": ("priority",), "SRV": ("priority", "weight", "port")}.get(record["type"], ())
        return " ".join([*(str(record.get(name) or 0) for name in numbers), target])
    if record["type"] == "TXT":
        return _quoted(data)
    if record["type"] == "CAA":
        return f"{record.get('flags') or 0} {record['tag']} {_quoted(data)}"
    return data


def _quoted(text: str) -> str:
    """Character strings of at most 255 bytes each (RFC 1035, section 3.3.14)."""
    raw = text.encode()
    chunks = [raw[at : at + 255] for at in range(0, len(raw), 255)] or [b""]
    return " ".join(f'"{_escaped(chunk)}"' for chunk in chunks)


def _escaped(chunk: bytes) -> str:
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03d}" for byte in chunk
    )
