"""The VPN beside the other layers (ADM-3)."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from network.config.cluster import Cluster
from network.config.environment import Environment
from network.config.external import External
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.ranges import RESERVED_FOR_VPCS, RESERVED_IN_REGION, overlapping
from network.config.rules.ranges import own_ranges
from network.config.vpc import EVERYWHERE
from network.config.vpn import INTERNAL_LOAD_BALANCER, LONGEST_TAG, Vpn, peer_tag

_SOMEWHERE = "in 100.64.0.0/10 for instance"
"""Where no VPC, office or home has its addresses."""


def tunnel_is_apart(
    environment: Environment, external: External, cluster: Cluster, vpn: Vpn | None
) -> Iterator[Finding]:
    """What has an address in two networks is reached in one of them only."""
    if vpn is None:
        return
    for location, network in _elsewhere(external, cluster):
        if network.overlaps(vpn.range):
            yield Finding(
                ("vpn", "range"),
                f"{vpn.range} overlaps {'.'.join(map(str, location))} {network}",
                f"choose a range that shares no address with it, {_SOMEWHERE}",
            )
    reserved = overlapping(vpn.range, (*RESERVED_FOR_VPCS, *RESERVED_IN_REGION.get(environment.region, ())))
    if reserved:
        yield Finding(
            ("vpn", "range"),
            f"DigitalOcean reserves {reserved} in {environment.region}: Droplets have such addresses "
            "beside their own",
            f"choose a range outside it, {_SOMEWHERE}",
        )


def _elsewhere(external: External, cluster: Cluster) -> Iterator[tuple[Location, IPv4Network]]:
    """Yield the other networks, and what nodes lead to the NAT gateway; everywhere is no network."""
    yield from own_ranges(external, cluster).items()
    for name, network in external.vpc.other_ranges.items():
        yield ("external", "vpc", "otherRanges", name), network
    for name, peering in external.vpc.peerings.items():
        yield ("external", "vpc", "peerings", name, "range"), peering.range
    gateway = external.nat_gateway
    for index, network in enumerate(gateway.destinations if gateway else ()):
        if network != EVERYWHERE:
            yield ("external", "natGateway", "destinations", index), network


def destinations_are_in_reach(cluster: Cluster, vpn: Vpn | None) -> Iterator[Finding]:
    """Addresses of Services exist on nodes only."""
    for name, destination in (vpn.destinations if vpn else {}).items():
        if destination.range.overlaps(cluster.service_range):
            yield Finding(
                ("vpn", "destinations", name, "range"),
                f"it holds addresses of Services ({cluster.service_range}), which nobody outside the cluster "
                "has a way to",
                "put a route on `ingress.internalLoadBalancer`, and let peers reach "
                f"`{INTERNAL_LOAD_BALANCER}`",
            )


def reached_load_balancers_exist(ingress: Ingress, vpn: Vpn | None) -> Iterator[Finding]:
    """Without it there is no address to reach."""
    if vpn is None or ingress.internal_load_balancer is not None:
        return
    for location in _places_of(vpn, INTERNAL_LOAD_BALANCER):
        yield Finding(
            location,
            "there is no internal load balancer",
            "declare `ingress.internalLoadBalancer`, or remove it",
        )


def _places_of(vpn: Vpn, destination: str) -> Iterator[Location]:
    for name, peer in vpn.peers.items():
        for index, reached in enumerate(peer.reaches or ()):
            if reached == destination:
                yield ("vpn", "peers", name, "reaches", index)


def peers_fit_their_tags(environment: Environment, ingress: Ingress, vpn: Vpn | None) -> Iterator[Finding]:
    """The machine is told of each peer by one tag (docs/decisions/0015-the-vpn-s-peers-are-tags.md)."""
    if vpn is None:
        return
    for name in vpn.peers:
        tag = peer_tag(vpn, environment.name, name, internal=ingress.internal_load_balancer is not None)
        if len(tag) > LONGEST_TAG:
            yield Finding(
                ("vpn", "peers", name),
                f"its name and those of what it reaches are together {len(tag) - LONGEST_TAG} characters too "
                f"long for a tag of DigitalOcean ({LONGEST_TAG})",
                "shorten the names, or make one destination of several",
            )


def vpn_has_peers(vpn: Vpn | None) -> Iterator[Finding]:
    """Warn of a machine that costs by the month and that nobody uses."""
    if vpn is not None and not vpn.peers:
        yield Finding(
            ("vpn", "peers"), "nobody can use it, and it costs by the month", "add a peer, or remove vpn"
        )


def vpn_destinations_are_used(vpn: Vpn | None) -> Iterator[Finding]:
    """Warn of a destination that no peer reaches."""
    if vpn is None:
        return
    reached = {each for peer in vpn.peers.values() for each in peer.reaches or ()}
    for name in vpn.destinations:
        if name not in reached:
            yield Finding(
                ("vpn", "destinations", name),
                "no peer reaches it",
                "name it in a peer's reaches, or remove it",
            )
