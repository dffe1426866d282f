"""A zone that another provider than DigitalOcean serves, as BIND's configuration: pure text and data.

BIND takes dynamic updates (RFC 2136) by everyone who has the zone's key: cert-manager, the simulated API of
Cloudflare, and the lab in the place of the operator who makes the platform's records.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.tsig
import dns.update

_TTL = 300
_NEGATIVE_TTL = 1
"""Seconds; DigitalOcean's zones have the same here (`zones.py`)."""

Record = Mapping[str, Any]
"""A record as the program exports it: type, name ("@" or relative to the zone), ttl, value; for CAA flags
and tag."""


@dataclass(frozen=True)
class PrimaryZone:
    """A zone and how it is written to."""

    name: str
    server: str
    """Host name of its primary name server."""
    port: int
    key: str
    """Name of its TSIG key."""
    algorithm: str
    """Of that key, as RFC 8945 calls it: `hmac-sha256`."""
    secret: str
    """Of that key, in base64."""
    api_token: str | None = None
    """Of Cloudflare's API, where Cloudflare serves the zone."""


def configuration(zone: PrimaryZone, folder: Path, address: str) -> str:
    """named.conf: the one zone, from a file in `folder`, on `address` only."""
    return f"""\
options {{
    directory "{folder}";
    pid-file none;
    session-keyfile "{folder / "session.key"}";
    managed-keys-directory "{folder}";
    listen-on port {zone.port} {{ {address}; }};
    listen-on-v6 {{ none; }};
    recursion no;
    allow-transfer {{ none; }};
    dnssec-validation no;
}};
controls {{ }};
key "{zone.key}" {{
    algorithm {zone.algorithm};
    secret "{zone.secret}";
}};
zone "{zone.name}" {{
    type primary;
    file "{folder / "zone"}";
    update-policy {{ grant "{zone.key}" zonesub ANY; }};
}};
"""


def first_file(zone: PrimaryZone) -> str:
    """The zone's file before anybody has written to it."""
    return (
        f"$ORIGIN {zone.name}.\n"
        f"@ {_TTL} IN SOA {zone.server}. hostmaster 1 10800 3600 604800 {_NEGATIVE_TTL}\n"
        f"@ {_TTL} IN NS {zone.server}.\n"
    )


def update(zone: PrimaryZone) -> dns.update.UpdateMessage:
    """An update without changes yet, signed with the zone's key."""
    key = dns.tsig.Key(zone.key, zone.secret, zone.algorithm)
    return dns.update.UpdateMessage(f"{zone.name}.", keyring=key)


def replacing(zone: PrimaryZone, records: Iterable[Record]) -> dns.update.UpdateMessage:
    """The update that puts `records` in place of all records of their names and types."""
    message = update(zone)
    seen: set[tuple[str, str]] = set()
    for record in records:
        name, kind = record["name"], record["type"]
        if (name, kind) not in seen:
            message.delete(name, kind)
        seen.add((name, kind))
        value = f'{record["flags"]} {record["tag"]} "{record["value"]}"' if kind == "CAA" else record["value"]
        message.add(name, int(record["ttl"]), kind, value)
    return message
