"""The NAT gateway, and the Route by which nodes find it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_digitalocean as digitalocean

from network.components import cloud
from network.components.egress.agent import AgentToCome
from network.components.manifests import declare
from network.plan.model.cloud import CloudResource
from network.plan.model.kubernetes import Manifest


@dataclass(frozen=True)
class EgressArgs:
    """The gateway, its VPC, and the Route that leads there."""

    gateway: CloudResource
    vpc_id: pulumi.Input[str]
    route: Manifest


class Egress(pulumi.ComponentResource):
    """One public address for what leaves the nodes."""

    address: pulumi.Output[str | None]
    """By which others see it; None where the account tells none."""

    def __init__(self, name: str, args: EgressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:egress:Egress", name, None, opts)
        gateway = digitalocean.VpcNatGateway(
            name,
            **args.gateway.arguments,
            vpcs=[{"vpc_uuid": args.vpc_id}],
            opts=cloud.options(self, args.gateway),
        )
        # Made after the gateway, by whose address it leads; deleted before it, and while the cluster still
        # has the agent, which alone lets a Route go.
        spec = {**args.route["spec"], "gateways": [gateway.vpcs.apply(_within)]}
        declare(
            self,
            {**args.route, "spec": spec},
            hooks=pulumi.ResourceHookBinding(on_error=[AgentToCome().hook()]),
        )
        self.address = gateway.egresses.apply(_public)
        self.register_outputs({"address": self.address})


def _within(vpcs: Sequence[Any]) -> str:
    """Return where nodes find the gateway."""
    return vpcs[0].gateway_ip


def _public(egresses: Sequence[Any] | None) -> str | None:
    return next((address.ipv4 for each in egresses or () for address in each.public_gateways or ()), None)
