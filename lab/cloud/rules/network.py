"""Rules of VPCs, their peerings and NAT gateways."""

import re
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from itertools import chain

from lab.cloud.catalogue import REGIONS
from lab.cloud.errors import ApiError, not_found, unprocessable
from lab.cloud.state import Account, Json, Kind
from network.config.ranges import RESERVED_FOR_VPCS, RESERVED_IN_REGION

_PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_NAME = re.compile(r"[A-Za-z0-9.-]+")


def known_region(slug: str) -> None:
    """A region must exist, written in small letters
    (docs/facts/provider.md#what-a-preview-refuses)."""
    if slug not in REGIONS:
        raise unprocessable(f"region is invalid: {slug!r}")


def private_range(name: str, text: str) -> IPv4Network:
    """The range that `text` means: IPv4, of RFC 1918, smaller than /8.

    Host bits are cut off rather than refused [api], which makes the program differ from the VPC for ever
    (docs/facts/provider.md#host-bits-of-a-range).
    """
    try:
        network = IPv4Network(text, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise unprocessable(f"{name} must be an IPv4 range in CIDR notation, not {text!r}") from None
    if network.prefixlen <= 8 or not any(network.subnet_of(block) for block in _PRIVATE):
        raise unprocessable(f"{name} must lie in a private range (RFC 1918) and be smaller than /8: {text}")
    return network


def taken_networks(account: Account) -> list[tuple[str, IPv4Network]]:
    """Every range the account uses: VPCs, and pods and Services of VPC-native clusters [api]."""
    vpcs = ((f"VPC {vpc['name']}", vpc["ip_range"]) for vpc in account.all(Kind.VPC))
    clusters = (
        (f"{key} of cluster {cluster['name']}", cluster[key])
        for cluster in account.all(Kind.CLUSTER)
        if cluster["vpc_native"]
        for key in ("cluster_subnet", "service_subnet")
    )
    return [(name, IPv4Network(text)) for name, text in chain(vpcs, clusters)]


def free_of_overlap(account: Account, network: IPv4Network) -> None:
    """Networks of one account must be disjoint; the answer names the taken range
    (docs/facts/provider.md#assumed-of-the-api)."""
    for name, taken in taken_networks(account):
        if network.overlaps(taken):
            raise unprocessable(
                f"This range/size overlaps with another VPC network in your account: {taken} ({name})"
            )


def vpc_name(account: Account, name: str, own: str | None = None) -> None:
    """VPC names have letters, digits, '.' and '-' only and are unique in the account
    (docs/facts/provider.md#what-a-preview-refuses). `own`: id of the VPC that is renamed."""
    if not _NAME.fullmatch(name):
        raise unprocessable("Name can only contain alphanumeric characters, dashes, and periods.")
    if any(vpc["name"] == name and vpc["id"] != own for vpc in account.all(Kind.VPC)):
        raise unprocessable(f"A VPC with the name {name} already exists.")


def vpc_range(account: Account, region: str, text: str) -> IPv4Network:
    """The range of a new VPC: private, /16 to /24, not reserved, not taken
    (docs/facts/digitalocean.md#ranges-of-a-vpc)."""
    network = private_range("ip_range", text)
    if not 16 <= network.prefixlen <= 24:
        raise unprocessable(f"ip_range must be from /16 to /24 in size: {text}")
    for reserved in (*RESERVED_FOR_VPCS, *RESERVED_IN_REGION.get(region, ())):
        if network.overlaps(reserved):
            raise unprocessable(f"ip_range {text} overlaps with {reserved}, which DigitalOcean reserves.")
    free_of_overlap(account, network)
    return network


def free_range(account: Account) -> IPv4Network:
    """A /20 for a VPC that asks for no range, as DigitalOcean assigns them
    (docs/facts/digitalocean.md#ranges-of-a-vpc)."""
    taken = [network for _, network in taken_networks(account)]
    taken += [*RESERVED_FOR_VPCS, *chain.from_iterable(RESERVED_IN_REGION.values())]
    for candidate in IPv4Network("10.112.0.0/12").subnets(new_prefix=20):
        if not any(candidate.overlaps(network) for network in taken):
            return candidate
    raise unprocessable("No range is left for a VPC; give an ip_range.")


def members(account: Account, vpc: str) -> list[Json]:
    """What lives in a VPC, as the API lists it; nodes are Droplets."""
    here = {
        kind: [each for each in account.all(kind) if each["vpc_uuid"] == vpc]
        for kind in (Kind.CLUSTER, Kind.LOAD_BALANCER, Kind.DROPLET)
    }
    gateways = account.all(Kind.NAT_GATEWAY)
    return [
        *(_member("kubernetes", each["id"], each) for each in here[Kind.CLUSTER]),
        *(
            _member("droplet", node["droplet_id"], node)
            for each in here[Kind.CLUSTER]
            for pool in each["node_pools"]
            for node in pool["nodes"]
        ),
        *(_member("droplet", each["id"], each) for each in here[Kind.DROPLET]),
        *(_member("loadbalancer", each["id"], each) for each in here[Kind.LOAD_BALANCER]),
        *(
            _member("vpcnatgateway", each["id"], each)
            for each in gateways
            if any(used["vpc_uuid"] == vpc for used in each["vpcs"])
        ),
        *(
            _member("vpcpeering", each["id"], each)
            for each in account.all(Kind.VPC_PEERING)
            if vpc in each["vpc_ids"]
        ),
    ]


def _member(kind: str, key: str, each: Json) -> Json:
    return {"urn": f"do:{kind}:{key}", "name": each["name"], "created_at": each["created_at"]}


def vpc_deletable(account: Account, vpc: Json) -> None:
    """A region's default VPC is never deleted (403), one with members not yet: 409, as an issue shows it
    (docs/facts/provider.md#deleting-a-vpc, docs/facts/provider.md#the-default-vpc)."""
    if vpc["default"]:
        raise ApiError(403, "Can not delete default VPCs")
    if members(account, vpc["id"]):
        raise ApiError(409, "Can not delete VPC with members")


ALONE = "blr1"
"""Region whose VPCs are peered among themselves alone (docs/facts/digitalocean.md#peered-vpcs)."""


def peering(account: Account, body: Json) -> None:
    """A peering joins two VPCs that exist and have none, apart from each other and from what is reserved
    where the other is (docs/facts/digitalocean.md#peered-vpcs)."""
    vpc_ids: list[str] = body["vpc_ids"]
    if len(set(vpc_ids)) != 2:
        raise unprocessable("A VPC peering needs the ids of two different VPCs.")
    for vpc in vpc_ids:
        if account.find(Kind.VPC, vpc) is None:
            raise not_found(f"VPC {vpc} was not found.")
    others = [each for each in account.all(Kind.VPC_PEERING) if each["id"] != body.get("id")]
    if any(each["name"] == body["name"] for each in others):
        raise unprocessable(f"A VPC peering with the name {body['name']} already exists.")
    if any(set(each["vpc_ids"]) == set(vpc_ids) for each in others):
        raise unprocessable("A VPC peering between these VPCs already exists.")
    one, other = (account.get(Kind.VPC, vpc) for vpc in vpc_ids)
    if one["region"] != other["region"] and ALONE in (one["region"], other["region"]):
        raise unprocessable(f"VPCs of {ALONE} can only be peered with VPCs of {ALONE}.")
    networks = [*_of_vpc(account, one), *_of_vpc(account, other)]
    if any(mine.overlaps(theirs) for at, mine in enumerate(networks) for theirs in networks[:at]):
        raise unprocessable("The ranges of the VPCs overlap.")
    for here, there in ((one, other), (other, one)):
        for reserved in RESERVED_IN_REGION.get(there["region"], ()):
            if IPv4Network(here["ip_range"]).overlaps(reserved):
                raise unprocessable(
                    f"{here['ip_range']} overlaps with {reserved}, reserved in {there['region']}."
                )


def _of_vpc(account: Account, vpc: Json) -> list[IPv4Network]:
    """The networks that a peering makes known: the VPC's, and those of its clusters that are native to it."""
    clusters = [each for each in account.all(Kind.CLUSTER) if each["vpc_uuid"] == vpc["id"]]
    ranges = [
        each[key] for each in clusters for key in ("cluster_subnet", "service_subnet") if each["vpc_native"]
    ]
    return [IPv4Network(text) for text in (vpc["ip_range"], *ranges)]


def nat_gateway(account: Account, body: Json) -> None:
    """A NAT gateway has a type and a size, and stands in one VPC of its region
    (docs/facts/provider.md#what-a-preview-refuses, docs/facts/digitalocean.md#nat-gateways)."""
    known_region(body["region"])
    if body["type"] != "PUBLIC":
        raise unprocessable(f"type is invalid: {body['type']!r}")
    if body["size"] < 1:
        raise unprocessable(f"size is invalid: {body['size']}")
    if len(body["vpcs"]) != 1:
        raise unprocessable("A NAT gateway stands in one VPC.")
    for each in body["vpcs"]:
        if account.get(Kind.VPC, each["vpc_uuid"])["region"] != body["region"]:
            raise unprocessable("A NAT gateway and its VPCs must be in the same region.")
    others = [each for each in account.all(Kind.NAT_GATEWAY) if each["id"] != body.get("id")]
    if any(each["name"] == body["name"] for each in others):
        raise unprocessable(f"A NAT gateway with the name {body['name']} already exists.")
