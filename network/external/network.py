"""The VPC and the DNS zone."""

from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean

from network import cloud
from network.plan.cloud import CloudResource
from network.plan.external import ZonePlan


@dataclass(frozen=True)
class NetworkArgs:
    """What exists before the cluster."""

    vpc: CloudResource
    zone: ZonePlan | None


class Network(pulumi.ComponentResource):
    """VPC and DNS zone of one environment."""

    vpc_id: pulumi.Output[str]
    zone: pulumi.Output[str] | None
    """Name of the zone at DigitalOcean; None when another provider serves it."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:external:Network", name, None, opts)
        vpc = digitalocean.Vpc(name, **args.vpc.arguments, opts=cloud.options(self, args.vpc))
        self.vpc_id = vpc.id
        self.zone = None if args.zone is None else self._zone(name, args.zone).name
        self.register_outputs({"vpcId": self.vpc_id, "zone": self.zone})

    def _zone(self, name: str, plan: ZonePlan) -> digitalocean.Domain:
        if plan.mode == "adopt":
            # Read, not managed: it is not the program's to change or to delete.
            return digitalocean.Domain.get(name, plan.name, opts=pulumi.ResourceOptions(parent=self))
        return digitalocean.Domain(
            name,
            name=plan.name,
            opts=pulumi.ResourceOptions(parent=self, protect=plan.protect),
        )
