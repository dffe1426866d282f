"""Buckets of Spaces and the CDN in front of them (EXT-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_digitalocean as digitalocean

from network.components import cloud
from network.components.secrets import SecretValues
from network.plan.external.cdn import CdnPlan, CdnsPlan
from network.plan.model.cloud import CloudResource


@dataclass(frozen=True)
class CdnsArgs:
    """The plan, the keys of bought certificates, and the zone by which DigitalOcean proves names."""

    cdns: CdnsPlan
    secret_values: SecretValues
    zone: pulumi.Resource | None


class Cdns(pulumi.ComponentResource):
    """Static files for everybody, out of buckets that nobody can list."""

    endpoints: Mapping[str, pulumi.Output[str]]
    """Host names by which the CDN serves, by the name of each in the stack file."""
    upload_keys: Mapping[str, pulumi.Output[Mapping[str, Any]]]
    """What whoever puts objects into a bucket needs, by the same name: secret."""

    def __init__(self, name: str, args: CdnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:external:Cdns", name, None, opts)
        key = digitalocean.SpacesKey(
            f"{name}-all", **args.cdns.key.arguments, opts=cloud.options(self, args.cdns.key)
        )
        # Its own provider: Spaces is asked with a key of its own, and a provider without one makes no bucket.
        # The token stays the environment's, as of the provider that everything else is made with.
        self._spaces = digitalocean.Provider(
            name,
            spaces_access_id=key.access_key,
            spaces_secret_key=key.secret_key,
            opts=pulumi.ResourceOptions(parent=self, additional_secret_outputs=["spacesSecretKey"]),
        )
        made = {plan.name: self._declare(f"{name}-{plan.name}", plan, args) for plan in args.cdns.each}
        self.endpoints = {each: endpoint.endpoint for each, (endpoint, _) in made.items()}
        self.upload_keys = {each: _told(key) for each, (_, key) in made.items()}
        self.register_outputs({"endpoints": self.endpoints})

    def _declare(
        self, name: str, plan: CdnPlan, args: CdnsArgs
    ) -> tuple[digitalocean.Cdn, digitalocean.SpacesKey]:
        def in_spaces(resource: CloudResource) -> pulumi.ResourceOptions:
            return cloud.options(self, resource, provider=self._spaces)

        bucket = digitalocean.SpacesBucket(name, **plan.bucket.arguments, opts=in_spaces(plan.bucket))
        policy: dict[str, Any] = {**plan.policy.arguments, "bucket": bucket.name}
        digitalocean.SpacesBucketPolicy(name, **policy, opts=in_spaces(plan.policy))
        if plan.cors is not None:
            cors: dict[str, Any] = {**plan.cors.arguments, "bucket": bucket.name}
            digitalocean.SpacesBucketCorsConfiguration(name, **cors, opts=in_spaces(plan.cors))
        (grant,) = plan.upload_key.arguments["grants"]
        key: dict[str, Any] = {**plan.upload_key.arguments, "grants": [{**grant, "bucket": bucket.name}]}
        upload_key = digitalocean.SpacesKey(
            f"{name}-upload", **key, opts=cloud.options(self, plan.upload_key)
        )
        endpoint: dict[str, Any] = {**plan.endpoint.arguments, "origin": bucket.bucket_domain_name}
        if plan.certificate is not None:
            certificate = self._certificate(name, plan, plan.certificate, args)
            endpoint["certificate_name"] = certificate.name
        return digitalocean.Cdn(name, **endpoint, opts=cloud.options(self, plan.endpoint)), upload_key

    def _certificate(
        self, name: str, plan: CdnPlan, certificate: CloudResource, args: CdnsArgs
    ) -> digitalocean.Certificate:
        key = None if plan.private_key is None else args.secret_values[plan.private_key]
        proven_by = [] if args.zone is None or key is not None else [args.zone]
        return digitalocean.Certificate(
            name,
            **certificate.arguments,
            private_key=key,
            opts=cloud.options(self, certificate, depends_on=proven_by),
        )


def _told(key: digitalocean.SpacesKey) -> pulumi.Output[Mapping[str, Any]]:
    both: Mapping[str, Any] = {"accessKey": key.access_key, "secretKey": key.secret_key}
    return pulumi.Output.secret(both)
