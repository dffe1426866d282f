"""The VPN's machine, its address, its firewall and the tags that it reads (ADM-3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network

import pulumi
import pulumi_digitalocean as digitalocean

from network.components import cloud
from network.plan.model.cloud import CloudResource
from network.plan.vpn import LoadBalancerTag, MachinePlan, tags


@dataclass(frozen=True)
class VpnArgs:
    """The plan, and what its peers reach."""

    environment: str
    machine: MachinePlan
    vpc_id: pulumi.Input[str]
    api_server: pulumi.Output[str]
    """URL of the cluster's endpoint."""
    api_allowed: Sequence[IPv4Network]
    """Ranges that the API server admits; everybody, where there are none."""
    internal_load_balancer: pulumi.Output[str] | None
    """Its address."""


class Vpn(pulumi.ComponentResource):
    """A way into the VPC for people's devices."""

    endpoint: pulumi.Output[str]
    """Address and port at which peers find the machine."""
    address: pulumi.Output[str]
    """By which the machine, and so every peer, goes to the internet: to the API server for instance."""

    def __init__(self, name: str, args: VpnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:vpn:Vpn", name, None, opts)
        machine = args.machine
        self._name = name
        mark = self._tag(machine.mark)
        # Shut before there is anything behind it.
        firewall = digitalocean.Firewall(
            name, **machine.firewall.arguments, tags=[mark.name], opts=cloud.options(self, machine.firewall)
        )
        droplet = digitalocean.Droplet(
            name,
            **machine.droplet.arguments,
            vpc_uuid=args.vpc_id,
            tags=[mark.name, *(each.name for each in self._told(args))],
            opts=cloud.options(self, machine.droplet, depends_on=[firewall]),
        )
        address = digitalocean.ReservedIp(
            name, **machine.address.arguments, opts=cloud.options(self, machine.address)
        )
        digitalocean.ReservedIpAssignment(
            name,
            **machine.assignment.arguments,
            ip_address=address.ip_address,
            droplet_id=droplet.id.apply(int),
            opts=cloud.options(self, machine.assignment),
        )
        self.endpoint = pulumi.Output.format("{0}:{1}", address.ip_address, machine.port)
        self.address = droplet.ipv4_address
        if machine.api_server is not None:
            self.address.apply(partial(_admitted, args.api_allowed))
        self.register_outputs({"endpoint": self.endpoint, "address": self.address})

    def _told(self, args: VpnArgs) -> list[digitalocean.Tag]:
        """Return the tags that tell the machine of its peers and of what they reach."""
        machine = args.machine
        told = [self._tag(each) for each in (*machine.peers, *machine.destinations)]
        if machine.api_server is not None:
            told.append(
                self._tag(
                    machine.api_server,
                    args.api_server.apply(partial(tags.to_api_server, args.environment)),
                )
            )
        for each in machine.internal_load_balancer:
            if args.internal_load_balancer is None:
                raise ValueError("peers reach an internal load balancer that there is none of")
            name = args.internal_load_balancer.apply(partial(_named, args.environment, each))
            told.append(self._tag(each.tag, name))
        return told

    def _tag(self, planned: CloudResource, name: pulumi.Input[str] | None = None) -> digitalocean.Tag:
        arguments = {"name": name, **planned.arguments}
        return digitalocean.Tag(
            f"{self._name}-{planned.name}", **arguments, opts=cloud.options(self, planned)
        )


def _admitted(ranges: Sequence[IPv4Network], address: str) -> None:
    """Warn where the API server shuts peers out: their address is known once the machine is there."""
    if ranges and not any(IPv4Address(address) in network for network in ranges):
        pulumi.log.warn(
            f"peers of the VPN reach the API server by {address}, which network:cluster.apiAllowedRanges "
            f"does not admit: add {address}/32 to it, and run `pulumi up` again"
        )


def _named(environment: str, planned: LoadBalancerTag, address: str) -> str:
    return tags.to_internal_load_balancer(environment, planned.protocol, address, planned.ports)
