"""External network: VPC, DNS zone and cloud firewall (EXT-2, EXT-4)."""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.hosts import LONGEST, ZoneName
from network.config.model import Finding, Model, repeated
from network.config.names import AccountUri, Email, Name, RelativeHost
from network.config.ranges import AllowedRange, Range, VpcRange


class Vpc(Model):
    """The VPC that holds the nodes and the load balancer."""

    ip_range: VpcRange
    """Range of the nodes: private, /16 to /24, no range that DigitalOcean reserves.

    Changing it replaces the VPC.
    """
    other_ranges: dict[Name, Range] = Field(default_factory=dict)
    """Ranges that must stay apart from this environment's, by name: other VPCs, peers, VPN clients."""


class Caa(Model):
    """CAA records at the apex: who may issue for every name of the zone (CRT-5)."""

    publish: bool = True
    """Let only Let's Encrypt issue."""
    report_to: Email | None = None
    """Where other authorities report that somebody asked them (iodef); few of them do."""
    account_uris: tuple[AccountUri, ...] = ()
    """Let only these ACME accounts issue: the `status.acme.uri` of the ClusterIssuers, once they exist.

    DigitalOcean's DNS takes no parameters after the authority's name.
    """
    limit_methods: bool = False
    """Let only the validation methods that the stack's certificates use issue; not at DigitalOcean either."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("accountUris", self.account_uris)
        if not self.publish and (self.report_to or self.account_uris or self.limit_methods):
            yield Finding(
                ("publish",),
                "the other settings are parts of the records that are not published",
                "set `publish: true`, or remove the others",
            )


class Dns(Model):
    """The zone and the platform's records."""

    zone: ZoneName
    """Domain name of the zone, for example `dev.k8s.webgrip.nl`."""
    mode: Literal["create", "adopt"] = "create"
    """`create`: the program makes the zone; `adopt`: the zone exists and outlives `destroy`.
    Either may become the other: the zone and its records stay."""
    provider: Literal["digitalocean", "external"] = "digitalocean"
    """Who serves the zone.

    `external`: records are made elsewhere; the program only exports what they must be.
    """
    ttl: int = Field(default=300, ge=30, le=86400)
    """Seconds that resolvers may cache the platform's records (DigitalOcean's minimum is 30)."""
    apex: bool = True
    """Point the zone itself at the load balancer; not where an adopted zone's apex is somebody else's: two
    addresses of one name would be answered in turn."""
    wildcard: bool = True
    """Point every name that has no record of its own at the load balancer."""
    hosts: tuple[RelativeHost, ...] = ()
    """Host names inside the zone (relative), `www` for instance, that get a record of their own.

    Needed without the wildcard, and where the wildcard does not answer (RFC 4592): below another record.
    """
    caa: Caa = Field(default_factory=Caa)

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("hosts", self.hosts)
        if self.provider == "digitalocean" and (self.caa.account_uris or self.caa.limit_methods):
            yield Finding(
                ("caa",),
                "DigitalOcean's DNS takes no parameters after the authority's name in CAA records",
                "remove accountUris and limitMethods",
            )
        for index, host in enumerate(self.hosts):
            if host == self.zone or host.endswith("." + self.zone):
                yield Finding(
                    ("hosts", index),
                    "hosts are relative to the zone",
                    f"leave out the final `{self.zone}`",
                )
            elif len(f"{host}.{self.zone}") > LONGEST:
                yield Finding(
                    ("hosts", index),
                    f"with the zone the name is longer than {LONGEST} characters (RFC 1035)",
                    "shorten it",
                )


class FirewallRule(Model):
    """One inbound rule of the nodes' cloud firewall."""

    protocol: Literal["tcp", "udp", "icmp"]
    """Of the packets; icmp has no ports."""
    ports: str = ""
    """A port or a range such as `8000-8010`; must be empty for icmp."""
    sources: tuple[AllowedRange, ...] = Field(min_length=1)
    """Ranges that may connect. `0.0.0.0/0` is refused: the load balancer is the only public entry."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.protocol == "icmp":
            if self.ports:
                yield Finding(("ports",), "icmp has no ports", "remove ports")
        elif not _is_port_range(self.ports):
            yield Finding(
                ("ports",),
                "tcp and udp need a port or a rising range of ports, 1 to 65535",
                'write it like "22" or "8000-8010", in quotes',
            )


class Firewall(Model):
    """Cloud firewall on the cluster's nodes, beside the ones that DigitalOcean manages."""

    inbound: dict[Name, FirewallRule] = Field(default_factory=dict)
    """Inbound rules by name. Without any, no firewall is made."""


class External(Model):
    """What lies outside the cluster."""

    vpc: Vpc
    dns: Dns
    firewall: Firewall = Field(default_factory=Firewall)


def _is_port_range(ports: str) -> bool:
    if not re.fullmatch(r"[0-9]{1,5}(-[0-9]{1,5})?", ports):
        return False
    first, last = int(ports.split("-")[0]), int(ports.split("-")[-1])
    return 1 <= first <= last <= 65535
