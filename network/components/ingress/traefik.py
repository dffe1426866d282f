"""Traefik's release and the load balancer in front of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from network.components.manifests import declare
from network.components.releases import declare_release
from network.plan.ingress import IngressPlan
from network.plan.model.kubernetes import Manifest


@dataclass(frozen=True)
class TraefikArgs:
    """The plan, what must be in force before Traefik's pods start, and who reads what the release made."""

    ingress: IngressPlan
    definitions: Sequence[pulumi.Resource]
    namespaces: Mapping[str, pulumi.Resource]
    after: Sequence[pulumi.Resource]
    reader: kubernetes.Provider


LOAD_BALANCER_ID = "kubernetes.digitalocean.com/load-balancer-id"
"""Annotation by which DigitalOcean's cloud controller tells which load balancer it has made."""


class Traefik(pulumi.ComponentResource):
    """Traefik behind its load balancer."""

    load_balancer_address: pulumi.Output[str]
    load_balancer_ipv6: pulumi.Output[str] | None
    """None where it has none."""
    load_balancer_id: pulumi.Output[str]
    """In the account."""
    load_balancer: pulumi.Resource
    """Its Service, once it has an address."""

    def __init__(self, name: str, args: TraefikArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:ingress:Traefik", name, None, opts)
        roles = [declare(self, role) for role in args.ingress.access.roles]
        bindings = [
            declare(self, binding, depends_on=[*roles, *_home(binding, args.namespaces)])
            for binding in args.ingress.access.bindings
        ]
        before = [*args.definitions, *args.after, *bindings]
        tls = [
            declare(self, manifest, depends_on=before)
            for manifest in (args.ingress.tls_option, args.ingress.tls_store)
        ]
        release = declare_release(self, args.ingress.release, skip_crds=True, depends_on=[*before, *tls])
        # From the release's status, so that nothing is read before it is installed.
        service = self.load_balancer = _ServiceInCluster(
            f"{name}-load-balancer",
            pulumi.Output.concat(release.status.namespace, "/", args.ingress.service),
            # A read's id makes no dependency; without one, records outlive what they lead to.
            pulumi.ResourceOptions(parent=self, provider=args.reader, depends_on=[release]),
        )
        self.load_balancer_address = service.status.apply(_address)
        self.load_balancer_ipv6 = service.status.apply(_ipv6_address) if args.ingress.ipv6 else None
        self.load_balancer_id = service.metadata.apply(_id)
        self.register_outputs({"loadBalancerAddress": self.load_balancer_address})


def _home(binding: Manifest, namespaces: Mapping[str, pulumi.Resource]) -> list[pulumi.Resource]:
    """Return the namespace that a binding stands in, if it stands in one."""
    name = binding["metadata"].get("namespace")
    return [] if name is None else [namespaces[name]]


class _ServiceInCluster(pulumi.CustomResource):
    """A Service that something else manages, as it is."""

    metadata: pulumi.Output[Any]
    status: pulumi.Output[Any]

    def __init__(self, name: str, service_id: pulumi.Input[str], opts: pulumi.ResourceOptions) -> None:
        opts.id = service_id
        super().__init__("kubernetes:core/v1:Service", name, {"metadata": None, "status": None}, opts)


def _address(status: Any) -> str:
    """Return the address; the release is done only once the load balancer has one."""
    try:
        return status["loadBalancer"]["ingress"][0]["ip"]
    except (KeyError, IndexError, TypeError):
        raise pulumi.RunError(
            "the load balancer of Traefik's Service has no address: its events say why "
            "(`kubectl describe service --namespace traefik traefik`)"
        ) from None


def _ipv6_address(status: Any) -> str:
    """Return the IPv6 address, which stands behind the IPv4 one."""
    try:
        return next(each["ip"] for each in status["loadBalancer"]["ingress"] if ":" in each.get("ip", ""))
    except (StopIteration, KeyError, TypeError):
        raise pulumi.RunError(
            "network:ingress.loadBalancer.ipv6: the load balancer has no IPv6 address. One that was made "
            "without stays so: remove ipv6, or let a new one be made under another loadBalancer.name"
        ) from None


def _id(metadata: Any) -> str:
    """Return the load balancer's id, which stands at its Service from when on it has an address."""
    return metadata["annotations"][LOAD_BALANCER_ID]
