"""External network: VPC, DNS zone, cloud firewall and CDN (EXT-2 to EXT-4)."""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.cdn import Cdn
from network.config.hosts import LONGEST, ZoneName
from network.config.model import Finding, Model, repeated
from network.config.names import AccountUri, Email, Name, RelativeHost
from network.config.ranges import NodeSource
from network.config.vpc import NatGateway, Vpc


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


class Zone(Model):
    """A zone and the platform's records in it."""

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

    Needed without the wildcard, and where the wildcard does not answer (RFC 4592): below another record, or
    below a name that a certificate's challenge makes exist. `*.tenants` is a wildcard of its own.
    """
    internal_hosts: tuple[RelativeHost, ...] = ()
    """Host names inside the zone (relative) whose records lead to `ingress.internalLoadBalancer`. Everybody
    can look them up; only who is in the VPC reaches what they lead to."""
    caa: Caa = Field(default_factory=Caa)

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("hosts", self.hosts)
        yield from repeated("internalHosts", self.internal_hosts)
        for index, host in enumerate(self.internal_hosts):
            if host in self.hosts:
                yield Finding(
                    ("internalHosts", index),
                    f"{host} leads to the public load balancer too: clients would get both addresses in turn",
                    "remove it here, or from hosts",
                )
        if self.provider == "digitalocean" and (self.caa.account_uris or self.caa.limit_methods):
            yield Finding(
                ("caa",),
                "DigitalOcean's DNS takes no parameters after the authority's name in CAA records",
                "remove accountUris and limitMethods",
            )
        named = [("hosts", self.hosts), ("internalHosts", self.internal_hosts)]
        for key, index, host in ((key, *each) for key, hosts in named for each in enumerate(hosts)):
            if host == self.zone or host.endswith("." + self.zone):
                yield Finding(
                    (key, index),
                    "hosts are relative to the zone",
                    f"leave out the final `{self.zone}`",
                )
            elif len(f"{host}.{self.zone}") > LONGEST:
                yield Finding(
                    (key, index),
                    f"with the zone the name is longer than {LONGEST} characters (RFC 1035)",
                    "shorten it",
                )


class FurtherZone(Zone):
    """A zone beside the first."""

    certificate: bool = True
    """Issue apex and wildcard of the zone, as `wildcard-<name>`; `certificates.wildcard` is about the first
    zone alone. Needs a zone that `certificates.dns01` can write into, or one of its `delegatedZones`."""


class Dns(Zone):
    """The zone, further ones, and the platform's records in them."""

    further_zones: dict[Name, FurtherZone] = Field(default_factory=dict)
    """Other zones that lead here, by name: a shop's domain, a customer's. Each has records and a certificate
    of its own. One may lie within another: a name is of the deepest. Resources and certificate are called
    after the name in this file: under another one they are made anew."""


class FirewallRule(Model):
    """One inbound rule of the nodes' cloud firewall."""

    protocol: Literal["tcp", "udp", "icmp"]
    """Of the packets; icmp has no ports."""
    ports: str = ""
    """A port or a range such as `8000-8010`; must be empty for icmp."""
    sources: tuple[NodeSource, ...] = Field(min_length=1)
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
    nat_gateway: NatGateway | None = None
    """Without it each node's connections leave by its own public address."""
    dns: Dns
    firewall: Firewall = Field(default_factory=Firewall)
    cdn: dict[Name, Cdn] = Field(default_factory=dict)
    """Static files by name, each with a bucket of its own."""

    @property
    def cdn_hosts(self) -> dict[str, str]:
        """The hosts of one's own that lead to the CDN, as whole names, by the names of the files."""
        return {
            name: f"{cdn.domain.host}.{self.dns.zone}"
            for name, cdn in self.cdn.items()
            if cdn.domain is not None
        }


def _is_port_range(ports: str) -> bool:
    if not re.fullmatch(r"[0-9]{1,5}(-[0-9]{1,5})?", ports):
        return False
    first, last = int(ports.split("-")[0]), int(ports.split("-")[-1])
    return 1 <= first <= last <= 65535
