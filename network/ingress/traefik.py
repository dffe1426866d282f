"""Traefik's release and the load balancer in front of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import Service, outputs

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
            # A read's id makes no dependency: without this, records could outlive what they lead to.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[release]),
        )
        self.load_balancer_address = service.status.apply(_address)
        self.register_outputs({"loadBalancerAddress": self.load_balancer_address})


def _address(status: outputs.ServiceStatus | None) -> str:
    """Return the address; the release is done only once the load balancer has one."""
    balancer = None if status is None else status.load_balancer
    ingress = None if balancer is None else balancer.ingress
    address = ingress[0].ip if ingress else None
    if address is None:
        raise pulumi.RunError(
            "the load balancer of Traefik's Service has no address: look for its events with "
            "`kubectl describe service --namespace traefik traefik`"
        )
    return address
