"""The VPC: its range, who is in it, whom it is joined with, and what else in the account overlaps."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from network.config.ranges import OVERLAY_DEFAULTS
from network.live.cluster import Object
from network.live.finding import CannotLookError, Finding
from network.plan import Plan
from network.verification.cluster import Own
from network.verification.nodes import nodes_of
from network.verification.reading import CLUSTERS, MEMBERS, PEERINGS, VPCS, Objects, Reading
from network.verification.row import Behind, Check, Judged, Look, both, derived, listed

VPC = Check(
    "vpc", "one VPC of the stack's name is in the account, in its region", VPCS, "none: `pulumi up` makes it"
)
RANGE = Check(
    "vpc-range",
    "its range is the planned one",
    VPCS,
    "write the range that it has: another one replaces the VPC and all in it",
)
MEMBERS_OF = Check(
    "vpc-members",
    "in it are the cluster, its nodes and the stack's load balancers, and nothing of anybody else's",
    MEMBERS,
    "what is named reaches nodes and the API server by private addresses: move it to another VPC",
)
PEERINGS_OF = Check(
    "vpc-peerings",
    "it is joined with VPCs alone whose range the stack file names",
    PEERINGS,
    "declare it in external.vpc.peerings, name the peer's range in external.vpc.otherRanges, or delete the "
    "peering: "
    "`doctl vpcs peerings delete <id>`",
)
APART = Check(
    "ranges-apart",
    "no other network of the account shares an address with the planned ranges",
    f"{VPCS}; {CLUSTERS}",
    "what is named cannot be joined with this VPC, and its addresses are not reached from here: choose other "
    "ranges for whichever is easier made anew",
)
OTHERS = Check(
    "other-ranges",
    "what the stack file names as another network's range holds all of the account's networks that touch it",
    f"{VPCS}; {CLUSTERS}",
    "write the range that the network has",
)
CHECKS = (VPC, RANGE, MEMBERS_OF, PEERINGS_OF, APART, OTHERS)

_JOINED = ("vpcpeering", "vpc_peering")
"""Words for peerings in names of members: they have a row of their own."""


def findings(plan: Plan, reading: Reading, it: Own, vpc: Look[Object]) -> Iterator[Finding]:
    """Yield the rows of the VPC; `vpc` is the stack's."""
    asked = plan.external.vpc.arguments
    subject = f"VPC {plan.external.vpc.name}"
    yield VPC.row(subject, f"one, in {asked['region']}", "environment.region").judge(
        reading.vpcs, lambda seen: _exists(seen, asked["name"], asked["region"])
    )
    yield RANGE.row(subject, asked["ip_range"], "external.vpc.ipRange").equal(
        vpc, lambda seen: seen["ip_range"]
    )
    ours: Look[tuple[Object, Objects]] = both(it.cluster, reading.load_balancers)
    members: Look[Objects] = vpc if isinstance(vpc, CannotLookError | Behind) else reading.members
    yield MEMBERS_OF.row(subject, "the stack's own alone").none(
        both(ours, members), lambda pair: _foreign(pair[1], *pair[0], _droplets(plan))
    )
    joined = {**plan.addresses.other_networks, **plan.addresses.peers}
    yield PEERINGS_OF.row(subject, "with ranges of the stack file alone", "external.vpc.otherRanges").judge(
        both(both(vpc, reading.vpcs), reading.peerings),
        lambda seen: _peers(joined, *seen[0], seen[1]),
    )
    networks = derived(both(reading.vpcs, reading.clusters), lambda pair: _networks(plan, *pair))
    for what, range_, key in _planned(plan):
        yield APART.row(f"range of {what}, {range_}", "no other network overlaps", key).none(
            networks, lambda seen, range_=range_: _overlapping(seen, range_)
        )
    for key, named in (
        ("external.vpc.otherRanges", plan.addresses.other_networks),
        ("external.vpc.peerings", plan.addresses.peers),
    ):
        for name, range_ in named.items():
            yield OTHERS.row(f"{name}, {range_}", "holds what touches it", f"{key}.{name}").none(
                networks, lambda seen, range_=range_: _beyond(seen, range_)
            )


def _planned(plan: Plan) -> Iterator[tuple[str, IPv4Network, str]]:
    """Yield the stack's ranges, with the keys that say them."""
    yield "VPC", plan.addresses.vpc, "external.vpc.ipRange"
    yield "pods", plan.addresses.pods, "cluster.podRange"
    yield "Services", plan.addresses.services, "cluster.serviceRange"
    if plan.addresses.tunnel is not None:
        yield "VPN", plan.addresses.tunnel, "vpn.range"


def _exists(vpcs: Objects, name: str, region: str) -> Judged:
    regions = [vpc["region"] for vpc in vpcs if vpc["name"] == name]
    told = f"one, in {regions[0]}" if len(regions) == 1 else f"{len(regions)} of this name"
    return Judged(told, regions == [region])


def _droplets(plan: Plan) -> Iterator[str]:
    """Yield the names of the stack's Droplets beside its nodes."""
    if plan.vpn.machine is not None:
        yield plan.vpn.machine.droplet.name


def _foreign(
    members: Objects, cluster: Object, load_balancers: Objects, droplets: Iterable[str]
) -> Iterator[str]:
    """Yield the members that are not the stack's."""
    mark = f"k8s:{cluster['id']}"
    own = {cluster["id"], *(each["id"] for each in load_balancers if mark in (each.get("tags") or ()))}
    nodes = nodes_of(cluster)
    own |= {str(node["droplet_id"]) for node in nodes}
    names = {*droplets, *(node["name"] for node in nodes)}
    for member in members:
        kind, _, key = member["urn"].removeprefix("do:").partition(":")
        named = kind == "droplet" and member.get("name") in names
        if key not in own and not named and kind not in _JOINED:
            yield f"{kind} {member.get('name') or key}"


def _peers(others: Mapping[str, IPv4Network], vpc: Object, vpcs: Objects, peerings: Objects) -> Judged:
    """Return whom a VPC is joined with; a peer that the account does not show is one that nobody named."""
    ranges = {each["id"]: each for each in vpcs}
    told: list[str] = []
    wrong: list[str] = []
    for peering in peerings:
        if vpc["id"] not in peering["vpc_ids"]:
            continue
        for key in peering["vpc_ids"]:
            if key == vpc["id"]:
                continue
            peer = ranges.get(key)
            named = peer is not None and any(
                IPv4Network(peer["ip_range"]).subnet_of(each) for each in others.values()
            )
            text = f"{peer['name']} ({peer['ip_range']})" if peer else f"VPC {key}, of another account"
            state = "" if peering["status"] == "ACTIVE" else f", {peering['status']}"
            told.append(f"{text}{state}")
            if state or not named:
                wrong.append(told[-1])
    return Judged(listed(wrong or told), not wrong)


def _networks(plan: Plan, vpcs: Objects, clusters: Objects) -> Mapping[str, IPv4Network]:
    """Return every other network of the account, by what it is."""
    found = {
        f"VPC {vpc['name']}": IPv4Network(vpc["ip_range"])
        for vpc in vpcs
        if vpc["name"] != plan.external.vpc.name
    }
    for cluster in clusters:
        if cluster["name"] == plan.cluster.cluster.name:
            continue
        pods, services = IPv4Network(cluster["cluster_subnet"]), IPv4Network(cluster["service_subnet"])
        # Those of a cluster that is not VPC-native are seen within it alone, and nothing else tells it.
        if (pods, services) != OVERLAY_DEFAULTS:
            found |= {
                f"pods of cluster {cluster['name']}": pods,
                f"Services of cluster {cluster['name']}": services,
            }
    return found


def _overlapping(networks: Mapping[str, IPv4Network], range_: IPv4Network) -> Iterator[str]:
    for name, network in networks.items():
        if network.overlaps(range_):
            yield f"{name}, {network}"


def _beyond(networks: Mapping[str, IPv4Network], range_: IPv4Network) -> Iterator[str]:
    for name, network in networks.items():
        if network.overlaps(range_) and not network.subnet_of(range_):
            yield f"{name}, {network}"
