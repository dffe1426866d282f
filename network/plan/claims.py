"""What a stack takes for itself in its DigitalOcean account and in the DNS, and what two stacks both take.

Nothing refuses most of it before it is too late: DigitalOcean's controller adopts a load balancer by its
name wherever in the account it finds it, and ranges are compared at creation only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from network.config import StackConfig
from network.config.applications.asked import asked_hosts
from network.config.global_entry.entry import KEY, GlobalEntry
from network.config.model import Location
from network.config.zones import DeclaredZone, zones
from network.plan.external import cdn
from network.plan.model.names import environment_name

RANGE = "range"
"""The kind of claims that collide by a part already."""
SHARED = "route of several stacks"
"""The kind of claims that let stacks route one host: a global load balancer leads to all of them."""
EVERY_ACCOUNT = "every account"
"""Whose account is meant by names in the DNS and of buckets: there is one for all."""


@dataclass(frozen=True)
class Claim:
    """One thing that no other stack may take."""

    kind: str
    """What it is, in words; only things of one kind are compared."""
    value: str
    """A name; of ranges, the range."""
    location: Location
    """Where the stack file says so."""
    account: str
    """Within which it must be the only one; "" where the stack file names none."""


REASONS = {
    "environment": "VPC, cluster and firewall of both would have the same names",
    "peering": "two VPCs have one peering, and the second is refused",
    "load balancer": "DigitalOcean's controller takes the first load balancer of a name that it finds in the "
    "account, so one stack steals the other's",
    RANGE: "networks of one account share no address",
    "bucket": "buckets of all customers of a region have different names",
    "zone": "a zone exists once, and one stack alone can make it",
    "record": "resolvers get both addresses in turn",
    "route": "its record leads to one of them only",
}
"""Why two stacks cannot take the same, by the kind of claim."""


@dataclass(frozen=True)
class Collision:
    """Something that two stacks take."""

    claim: Claim
    other: Claim
    stack: str
    """Whose claim the other is."""

    @property
    def rule(self) -> str:
        """What is wrong, in words."""
        return f"stack {self.stack} takes {self.other.value} as well: {self.reason}"

    @property
    def reason(self) -> str:
        """Why only one of them can have it, without any name."""
        return REASONS[self.claim.kind]

    @property
    def fix(self) -> str:
        """How to mend it."""
        match self.claim.kind:
            case "environment" | "load balancer":
                return f"choose another name in one of them{_OTHER_ACCOUNT}"
            case "bucket":
                return "choose another name in one of them"
            case "range":
                return f"choose a range that shares no address with it{_OTHER_ACCOUNT}"
            case "zone":
                return "give each a zone of its own, or let one of them adopt it (`mode: adopt`)"
            case _:
                return "leave it to one of the stacks"


_PEERINGS: Location = ("external", "vpc", "peerings")
_OTHER_ACCOUNT = "; if the stacks are of different accounts, name those in environment.account"


def of(config: StackConfig) -> tuple[Claim, ...]:
    """Return what a stack takes."""
    return (*_in_the_account(config), *_of_all_customers(config), *_in_the_dns(config))


def of_entry(entry: GlobalEntry, account: str | None) -> tuple[Claim, ...]:
    """Return what a global load balancer takes, in the account of the environments behind it."""
    return (
        Claim("load balancer", entry.name, (KEY, "name"), account or ""),
        *(
            Claim(kind, host, (KEY, "hosts", host), EVERY_ACCOUNT)
            for host in entry.hosts
            for kind in ("record", SHARED)
        ),
    )


def collisions(stack: str, claims: Mapping[str, tuple[Claim, ...]]) -> Iterator[Collision]:
    """Yield what a stack takes that others take as well, by the claims of all."""
    shared = {each.value for taken in claims.values() for each in taken if each.kind == SHARED}
    for other, theirs in claims.items():
        if other != stack:
            for claim, same in _both(claims[stack], theirs):
                if claim.kind != SHARED and not (claim.kind == "route" and claim.value in shared):
                    yield Collision(claim, same, other)


def _both(claims: Iterable[Claim], others: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    named = {(each.kind, each.account, each.value): each for each in others}
    ranges = [each for each in others if each.kind == RANGE]
    for claim in claims:
        if claim.kind == RANGE:
            same = next((each for each in ranges if _overlap(claim, each)), None)
        else:
            same = named.get((claim.kind, claim.account, claim.value))
        if same is not None:
            yield claim, same


def _overlap(claim: Claim, other: Claim) -> bool:
    return claim.account == other.account and IPv4Network(claim.value).overlaps(IPv4Network(other.value))


def _in_the_account(config: StackConfig) -> Iterator[Claim]:
    account = config.environment.account or ""
    yield Claim("environment", environment_name(config), ("environment", "name"), account)
    name = config.ingress.load_balancer.name
    yield Claim("load balancer", name, ("ingress", "loadBalancer", "name"), account)
    internal = config.ingress.internal_load_balancer
    if internal is not None:
        yield Claim("load balancer", internal.name, ("ingress", "internalLoadBalancer", "name"), account)
    for location, network in (
        (("external", "vpc", "ipRange"), config.external.vpc.ip_range),
        # The pods and Services of a cluster that is native to its VPC are networks of the account like VPCs.
        (("cluster", "podRange"), config.cluster.pod_range),
        (("cluster", "serviceRange"), config.cluster.service_range),
    ):
        yield Claim(RANGE, str(network), location, account)
    if config.vpn is not None:
        # Whoever is a peer of both is reached through one tunnel only.
        yield Claim(RANGE, str(config.vpn.range), ("vpn", "range"), account)
    for peer, peering in config.external.vpc.peerings.items():
        # By the ranges, which both sides know; of a VPC that is still to be made nobody knows the id.
        both = sorted((config.external.vpc.ip_range, peering.range))
        yield Claim("peering", f"{both[0]} and {both[1]}", (*_PEERINGS, peer), account)


def _of_all_customers(config: StackConfig) -> Iterator[Claim]:
    for name, each in config.external.cdn.items():
        value = f"{cdn.region(config, each)}/{each.bucket}"
        yield Claim("bucket", value, ("external", "cdn", name, "bucket"), EVERY_ACCOUNT)


def _in_the_dns(config: StackConfig) -> Iterator[Claim]:
    for zone in zones(config.external.dns):
        yield from _of_zone(zone)
    for name, host in config.external.cdn_hosts.items():
        yield Claim("record", host, ("external", "cdn", name, "domain", "host"), EVERY_ACCOUNT)
    routed: dict[str, Location] = {}
    for asked in asked_hosts(config.applications):
        routed.setdefault(asked.host, asked.location)
    for host, location in routed.items():
        yield Claim("route", host, location, EVERY_ACCOUNT)


def _of_zone(zone: DeclaredZone) -> Iterator[Claim]:
    dns, here = zone.says, zone.location
    if dns.provider == "digitalocean" and dns.mode == "create":
        yield Claim("zone", zone.name, (*here, "zone"), EVERY_ACCOUNT)
    names: dict[str, Location] = {}
    if dns.apex:
        names[zone.name] = (*here, "apex")
    if dns.wildcard:
        names[f"*.{zone.name}"] = (*here, "wildcard")
    for key, hosts in (("hosts", dns.hosts), ("internalHosts", dns.internal_hosts)):
        names |= {zone.absolute(host): (*here, key, index) for index, host in enumerate(hosts)}
    for name, location in names.items():
        yield Claim("record", name, location, EVERY_ACCOUNT)
