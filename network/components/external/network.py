"""The VPC, its peerings, and the DNS zones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean

from network.components import cloud
from network.components.external.default_vpc import DefaultVpc, default_vpc
from network.config.zones import named
from network.plan.external import ZonePlan
from network.plan.model.cloud import CloudResource


@dataclass(frozen=True)
class NetworkArgs:
    """What exists before the cluster."""

    vpc: CloudResource
    zones: Sequence[ZonePlan]
    """The first one first."""
    peerings: Sequence[CloudResource] = ()


class Network(pulumi.ComponentResource):
    """VPC, its peerings, and DNS zones of one environment."""

    vpc_id: pulumi.Output[str]
    peerings: Sequence[pulumi.Resource]
    """Nodes must find them when they are made."""
    zones: Mapping[str, pulumi.Output[str]]
    """Names of the zones at DigitalOcean, by themselves; not of those that another provider serves."""
    first_domain: digitalocean.Domain | None
    """The first zone as what others come after; None when another provider serves it."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:external:Network", name, None, opts)
        # One that is adopted stays anyway.
        default = DefaultVpc() if args.vpc.adopted else default_vpc(args.vpc)
        options = cloud.options(self, args.vpc, kept=default.ours, import_=default.id)
        vpc = digitalocean.Vpc(name, **args.vpc.arguments, opts=options)
        self.vpc_id = vpc.id
        self.peerings = [
            digitalocean.VpcPeering(
                peering.name.replace(args.vpc.name, name, 1),
                name=peering.arguments["name"],
                vpc_ids=[vpc.id, *peering.arguments["vpc_ids"]],
                opts=cloud.options(self, peering),
            )
            for peering in args.peerings
        ]
        domains = {
            zone.name: self._zone(named(name, zone.key), zone)
            for zone in args.zones
            if zone.provider == "digitalocean"
        }
        self.first_domain = domains.get(args.zones[0].name)
        self.zones = {zone: domain.name for zone, domain in domains.items()}
        self.register_outputs({"vpcId": self.vpc_id, "zones": self.zones})

    def _zone(self, name: str, plan: ZonePlan) -> digitalocean.Domain:
        # One resource in both modes, so that a change of the mode is an update: what the engine once managed
        # and no longer finds it deletes, and what it only read it tries to create.
        adopted = plan.mode == "adopt"
        return digitalocean.Domain(
            name,
            name=plan.name,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=plan.protect,
                import_=plan.name if adopted else None,
                retain_on_delete=adopted,
            ),
        )
