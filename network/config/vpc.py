"""The VPC, the networks that it is joined with, and the way out of it (EXT-4)."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, repeated
from network.config.names import Name, Region
from network.config.ranges import Range, VpcRange
from network.config.text import Form

EVERYWHERE = IPv4Network("0.0.0.0/0")

VpcId = Annotated[
    str,
    Form(
        pattern=r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        rule="a VPC's id is a UUID in small letters",
        fix="write it as `doctl vpcs list` shows it, like `5a4981aa-9653-4bd1-bef5-d6bff52042e4`",
        longest=36,
    ),
]


class Peering(Model):
    """Another VPC of the account, to and from which packets find their way. Who connects to whom is declared
    as ever, by range."""

    vpc_id: VpcId = Field(examples=["5a4981aa-9653-4bd1-bef5-d6bff52042e4"])
    """Id of the other VPC."""
    range: VpcRange = Field(examples=["192.168.64.0/20"])
    """Its range: apart from this environment's, and from what DigitalOcean reserves in either region."""
    region: Region | None = None
    """Where it is; the environment's region unless said otherwise. Traffic between datacenters costs."""


class Vpc(Model):
    """The VPC that holds the nodes and the load balancer."""

    ip_range: VpcRange
    """Range of the nodes: private, /16 to /24, no range that DigitalOcean reserves.

    Changing it replaces the VPC.
    """
    other_ranges: dict[Name, Range] = Field(default_factory=dict)
    """Ranges that must stay apart from this environment's, by name: other VPCs, VPN clients."""
    peerings: dict[Name, Peering] = Field(default_factory=dict)
    """Other VPCs by name. Made before the cluster: nodes that stand when a VPC gets its first peering do not
    learn of it, and must be recycled."""


class NatGateway(Model):
    """A gateway by which connections of the nodes and their pods leave, all from one address that stays."""

    size: int = Field(default=1, ge=1)
    """Units: each carries 25 Mbit/s, and 100 GiB a month before more is charged."""
    destinations: tuple[Range, ...] = Field(default=(EVERYWHERE,), min_length=1)
    """Where connections leave by the gateway: everywhere, or the public ranges of those who ask for a known
    address. Registries, too, then see one client for all nodes, and limit it as one."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("destinations", self.destinations)
        if EVERYWHERE in self.destinations and len(self.destinations) > 1:
            yield Finding(
                ("destinations",),
                f"{EVERYWHERE} is every destination, the others too",
                f"write `[{EVERYWHERE}]`, or remove it",
            )
