"""DNS records as plain data (EXT-2)."""

from dataclasses import dataclass
from typing import Literal

CaaTag = Literal["issue", "issuewild", "iodef"]


@dataclass(frozen=True)
class RecordPlan:
    """One DNS record."""

    key: str
    """Name of the resource inside the program."""
    type: Literal["A", "AAAA", "CAA", "CNAME"]
    name: str
    """Relative to the zone: `@` is the apex, `*` the wildcard."""
    ttl: int
    """Seconds."""
    value: str | None = None
    """None is the address of the load balancer, of the record's kind, known once the cluster has made it."""
    tag: CaaTag | None = None
    """CAA only: the value may issue certificates, wildcards, or is told of attempts."""
    internal: bool = False
    """Without a value: the address is the internal load balancer's."""
