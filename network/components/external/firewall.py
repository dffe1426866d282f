"""The cloud firewall of the nodes."""

from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean

from network.components import cloud
from network.plan.model.cloud import CloudResource


@dataclass(frozen=True)
class NodeFirewallArgs:
    """Rules, and whose nodes they govern."""

    firewall: CloudResource
    cluster_id: pulumi.Input[str]


class NodeFirewall(pulumi.ComponentResource):
    """A firewall beside the two that DigitalOcean manages for each cluster."""

    def __init__(
        self,
        name: str,
        args: NodeFirewallArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:external:NodeFirewall", name, None, opts)
        digitalocean.Firewall(
            name,
            **args.firewall.arguments,
            # DigitalOcean puts this tag on every node of the cluster.
            tags=[pulumi.Output.format("k8s:{0}", args.cluster_id)],
            opts=cloud.options(self, args.firewall),
        )
        self.register_outputs({})
