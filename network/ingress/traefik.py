"""Traefik's release and the load balancer in front of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import Service

from network.manifests import declare
from network.plan.ingress import IngressPlan
from network.releases import declare_release


@dataclass(frozen=True)
class TraefikArgs:
    """The plan, and what must be in force before Traefik's pods start."""

    ingress: IngressPlan
    definitions: Sequence[pulumi.Resource]
    after: Sequence[pulumi.Resource]


class Traefik(pulumi.ComponentResource):
    """Traefik behind its load balancer."""

    load_balancer_address: pulumi.Output[str]

    def __init__(
        self, name: str, args: TraefikArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("webgrip:ingress:Traefik", name, None, opts)
        before = [*args.definitions, *args.after]
        tls = [
            declare(self, manifest, depends_on=before)
            for manifest in (args.ingress.tls_option, args.ingress.tls_store)
        ]
        release = declare_release(
            self, args.ingress.release, skip_crds=True, depends_on=[*before, *tls]
        )
        service = Service.get(
            f"{name}-load-balancer",
            # From the release's status, so that nothing is read before it is installed.
            pulumi.Output.concat(release.status.namespace, "/", args.ingress.service),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.load_balancer_address = service.status.apply(
            lambda status: status.load_balancer.ingress[0].ip
        )
        self.register_outputs({"loadBalancerAddress": self.load_balancer_address})
