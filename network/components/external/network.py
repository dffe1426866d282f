"""The VPC and the DNS zone."""

from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean

from network.components import cloud
from network.components.external.default_vpc import default_vpc
from network.plan.external import ZonePlan
from network.plan.model.cloud import CloudResource


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
        default = default_vpc(args.vpc)
        options = cloud.options(self, args.vpc, kept=default.ours, import_=default.id)
        vpc = digitalocean.Vpc(name, **args.vpc.arguments, opts=options)
        self.vpc_id = vpc.id
        self.zone = None if args.zone is None else self._zone(name, args.zone).name
        self.register_outputs({"vpcId": self.vpc_id, "zone": self.zone})

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
