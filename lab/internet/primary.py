"""Zones that another provider than DigitalOcean serves, as BIND's configuration: pure text and data.

BIND takes dynamic updates (RFC 2136) by everyone who has the zone's key: cert-manager, the simulated API of
Cloudflare, and the lab in the place of the operator who makes the platform's records.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
    """A zone, others that the same provider serves, and how they are written to."""

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
    also: tuple[str, ...] = ()
    """Names of the others."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every zone that is served."""
        return (self.name, *self.also)

    @staticmethod
    def read(data: Mapping[str, Any]) -> "PrimaryZone":
        """Return what `dataclasses.asdict` and JSON made of one."""
        return replace(PrimaryZone(**data), also=tuple(data.get("also", ())))


def configuration(zone: PrimaryZone, folder: Path, address: str) -> str:
    """named.conf: the zones, each from a file in `folder`, on `address` only."""
    zones = "".join(
        f"""\
zone "{name}" {{
    type primary;
    file "{zone_file(zone, name, folder)}";
    update-policy {{ grant "{zone.key}" zonesub ANY; }};
}};
"""
        for name in zone.names
    )
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
{zones}"""


def zone_file(zone: PrimaryZone, name: str, folder: Path) -> Path:
    """The file of one of the zones."""
    return folder / ("zone" if name == zone.name else f"zone-{name}")


def first_file(zone: PrimaryZone, name: str) -> str:
    """A zone's file before anybody has written to it."""
    return (
        f"$ORIGIN {name}.\n"
        f"@ {_TTL} IN SOA {zone.server}. hostmaster 1 10800 3600 604800 {_NEGATIVE_TTL}\n"
        f"@ {_TTL} IN NS {zone.server}.\n"
    )


def update(zone: PrimaryZone, name: str) -> dns.update.UpdateMessage:
    """An update of one of the zones without changes yet, signed with their key."""
    key = dns.tsig.Key(zone.key, zone.secret, zone.algorithm)
    return dns.update.UpdateMessage(f"{name}.", keyring=key)


def replacing(zone: PrimaryZone, name: str, records: Iterable[Record]) -> dns.update.UpdateMessage:
    """The update of a zone that puts `records` in place of all records of their names and types."""
    message = update(zone, name)
    seen: set[tuple[str, str]] = set()
    for record in records:
        host, kind = record["name"], record["type"]
        if (host, kind) not in seen:
            message.delete(host, kind)
        seen.add((host, kind))
        value = f'{record["flags"]} {record["tag"]} "{record["value"]}"' if kind == "CAA" else record["value"]
        message.add(host, int(record["ttl"]), kind, value)
    return message
