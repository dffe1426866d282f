"""Traefik's release and the load balancer in front of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.helm.v3 import Release

from network.components.manifests import declare
from network.components.releases import declare_release
from network.components.secrets import SecretValues, declare_secret
from network.config.entry_points import Balancer
from network.plan.ingress import IngressPlan
from network.plan.model.kubernetes import Manifest, SecretPlan


@dataclass(frozen=True)
class TraefikArgs:
    """The plan, what must be in force before Traefik's pods start but for routes, and who reads what the
    release made."""

    ingress: IngressPlan
    certificates: Sequence[SecretPlan]
    """That nobody issues here; the others come beside them as they are issued."""
    secret_values: SecretValues
    definitions: Sequence[pulumi.Resource]
    namespaces: Mapping[str, pulumi.Resource]
    after: Sequence[pulumi.Resource]
    reader: kubernetes.Provider


LOAD_BALANCER_ID = "kubernetes.digitalocean.com/load-balancer-id"
"""Annotation by which DigitalOcean's cloud controller tells which load balancer it has made."""


@dataclass(frozen=True)
class LoadBalancers:
    """Where requests come in, once Traefik runs."""

    address: pulumi.Output[str]
    ipv6: pulumi.Output[str] | None
    """None where it has none."""
    ids: Mapping[Balancer, pulumi.Output[str]]
    """In the account."""
    service: pulumi.Resource
    """The public one's, once it has an address."""
    internal_address: pulumi.Output[str] | None
    """Of the internal load balancer; None where there is none."""


class Traefik(pulumi.ComponentResource):
    """Traefik behind its load balancers: its rights and TLS objects at once, its pods by `install`."""

    tls: Sequence[pulumi.Resource]
    """Options that routes name, and the store."""

    def __init__(self, name: str, args: TraefikArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:ingress:Traefik", name, None, opts)
        self._args = args
        roles = [declare(self, role) for role in args.ingress.access.roles]
        bindings = [
            declare(self, binding, depends_on=[*roles, *_home(binding, args.namespaces)])
            for binding in args.ingress.access.bindings
        ]
        self._before = [*args.definitions, *args.after, *bindings]
        bought = [
            declare_secret(self, each, args.secret_values, depends_on=args.after)
            for each in args.certificates
        ]
        self.tls = [
            declare(self, manifest, depends_on=[*self._before, *bought])
            for manifest in (*args.ingress.tls_options, args.ingress.tls_store)
        ]

    def install(self, routes: Sequence[pulumi.Resource]) -> LoadBalancers:
        """Register the release, which comes after all routes: what an entrypoint no longer does for every
        request, such as to apply a chain, each route does by then."""
        ingress, name = self._args.ingress, self.pulumi_resource_name
        release = declare_release(
            self, ingress.release, skip_crds=True, depends_on=[*self._before, *self.tls, *routes]
        )
        service = self._service(f"{name}-load-balancer", release, ingress.service)
        ids: dict[Balancer, pulumi.Output[str]] = {"public": service.metadata.apply(_id)}
        internal_address = None
        if ingress.internal_service is not None:
            internal = self._service(f"{name}-internal-load-balancer", release, ingress.internal_service)
            internal_address = internal.status.apply(partial(_address, ingress.internal_service))
            ids["internal"] = internal.metadata.apply(_id)
        made = LoadBalancers(
            service.status.apply(partial(_address, ingress.service)),
            service.status.apply(_ipv6_address) if ingress.ipv6 else None,
            ids,
            service,
            internal_address,
        )
        self.register_outputs({"loadBalancerAddress": made.address})
        return made

    def _service(self, name: str, release: Release, service: str) -> "_ServiceInCluster":
        """Read a Service that the release made: by the release's status, so that nothing is read before."""
        return _ServiceInCluster(
            name,
            pulumi.Output.concat(release.status.namespace, "/", service),
            # A read's id makes no dependency; without one, records outlive what they lead to.
            pulumi.ResourceOptions(parent=self, provider=self._args.reader, depends_on=[release]),
        )


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


def _address(service: str, status: Any) -> str:
    """Return the address; the release is done only once the load balancer has one."""
    try:
        return status["loadBalancer"]["ingress"][0]["ip"]
    except (KeyError, IndexError, TypeError):
        raise pulumi.RunError(
            "the load balancer of Traefik's Service has no address: its events say why "
            f"(`kubectl describe service --namespace traefik {service}`)"
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
