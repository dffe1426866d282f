"""The way out: a NAT gateway, and the routes of nodes that lead to it (EXT-4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from network.config import StackConfig
from network.config.ranges import PRIVATE
from network.config.vpc import EVERYWHERE, NatGateway
from network.plan.model.cloud import CloudResource
from network.plan.model.flows import Entity, Flow, Host, Peer, Range
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.layer import LayerPlan
from network.plan.model.names import environment_name

ROUTE_API = "networking.doks.digitalocean.com/v1alpha1"
"""Of the routing agent, which DigitalOcean runs on the nodes where the cluster asks for it."""

GATEWAY = "the NAT gateway"
NODE = "its node"
EITHER = "the NAT gateway, or its node where the address lies in none of its ranges"


@dataclass(frozen=True)
class Way:
    """By whose public address a declared connection leaves."""

    flow: Flow
    by: str


@dataclass(frozen=True, kw_only=True)
class EgressPlan(LayerPlan):
    """The gateway and what leads to it; empty where each node's connections leave by its own address."""

    title = "Way out"

    gateway: CloudResource | None
    """Lacks `vpcs`."""
    route: Manifest | None
    """What the nodes' routing agent makes routes of. Lacks the gateway's address within the VPC."""
    destinations: tuple[IPv4Network, ...] = ()

    def ways(self, flows: Iterable[Flow]) -> Iterator[Way]:
        """Yield how each connection to the internet leaves; within the VPC and to its peers none does."""
        for flow in flows:
            by = way_out(flow.destination, self.destinations)
            if by is not None:
                yield Way(flow, by)


def build(config: StackConfig) -> EgressPlan:
    """Return the layer's plan."""
    gateway = config.external.nat_gateway
    if gateway is None:
        return EgressPlan(gateway=None, route=None)
    return EgressPlan(
        gateway=_gateway(config, gateway),
        route=manifest(
            ROUTE_API, "Route", "way-out", spec={"destinations": [str(each) for each in gateway.destinations]}
        ),
        destinations=gateway.destinations,
    )


def way_out(destination: Peer, routed: Iterable[IPv4Network]) -> str | None:
    """Return by whose public address connections to a destination leave; None where they do not leave."""
    match destination:
        case Range(network):
            if any(network.subnet_of(each) for each in PRIVATE):
                return None
            if any(network.subnet_of(each) for each in routed):
                return GATEWAY
            return EITHER if any(network.overlaps(each) for each in routed) else NODE
        case Host() | Entity("world"):
            if EVERYWHERE in routed:
                return GATEWAY
            return EITHER if any(routed) else NODE
        case _:
            return None


def _gateway(config: StackConfig, gateway: NatGateway) -> CloudResource:
    name = f"{environment_name(config)}-way-out"
    return CloudResource(
        "VpcNatGateway",
        name,
        {"name": name, "region": config.environment.region, "type": "PUBLIC", "size": gateway.size},
        # Its address is on others' lists, and no other gateway ever has it.
        protect=config.environment.is_production,
        delete_before_replace=True,
    )
