"""Peered VPCs and the way out: whose addresses lead where (EXT-4)."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from network.config.cluster import Cluster
from network.config.environment import Environment
from network.config.external import External
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.ranges import OVERLAY_DEFAULTS, PRIVATE, RESERVED_IN_REGION, overlapping
from network.config.rules.ranges import own_ranges
from network.config.vpc import EVERYWHERE

ALONE = "blr1"
"""The datacenter whose VPCs are peered with each other alone."""


def peers_are_apart(external: External, cluster: Cluster) -> Iterator[Finding]:
    """Of two networks with one address, packets find either: DigitalOcean refuses the peering in `up`."""
    taken = {".".join(map(str, key)): network for key, network in own_ranges(external, cluster).items()}
    for name, peering in external.vpc.peerings.items():
        here: Location = ("external", "vpc", "peerings", name, "range")
        for where, network in taken.items():
            if peering.range.overlaps(network):
                yield Finding(
                    here,
                    f"{peering.range} overlaps {where} {network}",
                    "move one of the two: a VPC's range cannot be changed, only replaced",
                )
        taken[f"external.vpc.peerings.{name}"] = peering.range


def peers_are_written_once(external: External) -> Iterator[Finding]:
    """Its range is kept apart already, and its name stands for it on the plan of addresses."""
    peerings = external.vpc.peerings
    for name, network in external.vpc.other_ranges.items():
        same = next((each for each in peerings if each == name or peerings[each].range == network), None)
        if same is not None:
            yield Finding(
                ("external", "vpc", "otherRanges", name),
                f"external.vpc.peerings.{same} keeps its range apart, and has the name on the plan",
                "remove it here",
            )
    first: dict[str, str] = {}
    for name, peering in peerings.items():
        other = first.setdefault(peering.vpc_id, name)
        if other != name:
            yield Finding(
                ("external", "vpc", "peerings", name, "vpcId"),
                f"external.vpc.peerings.{other} is of this VPC, and two VPCs have one peering",
                "correct the id, or remove one of the peerings",
            )


def peers_meet_no_reserved_range(environment: Environment, external: External) -> Iterator[Finding]:
    """What DigitalOcean keeps for itself in a datacenter is no address of who is peered from elsewhere."""
    for name, peering in external.vpc.peerings.items():
        region = peering.region or environment.region
        here: Location = ("external", "vpc", "peerings", name)
        theirs = overlapping(peering.range, RESERVED_IN_REGION.get(environment.region, ()))
        if theirs:
            yield Finding(
                (*here, "range"),
                f"DigitalOcean reserves {theirs} in {environment.region}, where this environment is",
                "peer a VPC with another range",
            )
        ours = overlapping(external.vpc.ip_range, RESERVED_IN_REGION.get(region, ()))
        if ours and region != environment.region:
            yield Finding(
                here,
                f"DigitalOcean reserves {ours} in {region}, where the peer is, and external.vpc.ipRange "
                f"{external.vpc.ip_range} meets it",
                "choose another ipRange, or peer a VPC of another region",
            )


def peers_can_be_reached(environment: Environment, external: External) -> Iterator[Finding]:
    """One datacenter is not joined with the others."""
    for name, peering in external.vpc.peerings.items():
        regions = {environment.region, peering.region or environment.region}
        if ALONE in regions and len(regions) > 1:
            yield Finding(
                ("external", "vpc", "peerings", name),
                f"VPCs of {ALONE} are peered with VPCs of {ALONE} alone",
                "remove it, or connect the two by a VPN",
            )


def ways_out_lead_out(external: External, cluster: Cluster) -> Iterator[Finding]:
    """The gateway translates what leaves for the internet; the VPC and its peers have routes of their own."""
    if external.nat_gateway is None:
        return
    own: list[IPv4Network] = list(own_ranges(external, cluster).values())
    for index, network in enumerate(external.nat_gateway.destinations):
        if network != EVERYWHERE and overlapping(network, (*PRIVATE, *own)):
            yield Finding(
                ("external", "natGateway", "destinations", index),
                "the range holds private addresses, to which a public gateway leads nobody",
                "name public ranges only, or `0.0.0.0/0`, which leaves the ways within the VPC as they are",
            )


def the_default_way_out_leaves_answers_alone(
    external: External, cluster: Cluster, ingress: Ingress
) -> Iterator[Finding]:
    """A network load balancer's requests come to a node by its public side, and their answers must leave
    there: where pods have no address of the VPC's they would leave by the gateway."""
    gateway = external.nat_gateway
    overlay = overlapping(cluster.pod_range, OVERLAY_DEFAULTS)
    passes_through = ingress.load_balancer.type == "REGIONAL_NETWORK"
    if gateway and EVERYWHERE in gateway.destinations and overlay and passes_through:
        yield Finding(
            ("external", "natGateway"),
            f"with cluster.podRange in {overlay} the cluster may not be VPC-native, and then answers to a "
            "load balancer of type REGIONAL_NETWORK leave by the gateway and are lost",
            "choose another podRange, `type: REGIONAL`, or destinations that are not everywhere",
        )
