"""Services and routes of applications (ING-2, ING-3, TRF-4, TRF-6, SVC-1, SVC-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.components.secrets import SecretValues, declare_secret
from network.plan.applications import ApplicationPlan


@dataclass(frozen=True)
class ApplicationArgs:
    """One application, and what must exist before its objects."""

    application: ApplicationPlan
    namespace: pulumi.Resource
    definitions: Sequence[pulumi.Resource]
    secret_values: SecretValues


class Application(pulumi.ComponentResource):
    """What the platform declares for one application; its pods belong to its team."""

    routes: Sequence[pulumi.Resource]
    """Of every protocol."""

    def __init__(
        self,
        name: str,
        args: ApplicationArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:applications:Application", name, None, _known_as(args.application, opts))
        services = [
            declare(self, service, depends_on=[args.namespace]) for service in args.application.services
        ]
        # Routes come after everything that they name: a route to nothing answers 404.
        before = [args.namespace, *args.definitions, *services]
        secrets = [
            declare_secret(self, secret, args.secret_values, depends_on=[args.namespace])
            for secret in args.application.secrets
        ]
        before += [
            declare(self, option, depends_on=[*before, *secrets]) for option in args.application.tls_options
        ]
        for manifests in (args.application.middlewares, args.application.transports):
            before += [declare(self, manifest, depends_on=before) for manifest in manifests]
        for balanced in args.application.balancing:
            before.append(declare(self, balanced, depends_on=before))
        before += [declare(self, limit, depends_on=before) for limit in args.application.limits]
        self.routes = [
            declare(self, route, depends_on=before)
            for route in (*args.application.routes, *args.application.layer_four)
        ]
        self.register_outputs({})


def _known_as(
    application: ApplicationPlan, opts: pulumi.ResourceOptions | None
) -> pulumi.ResourceOptions | None:
    """Return the options by which the engine finds the application, and all below it: names there begin with
    its own."""
    if application.former_name is None:
        return opts
    aliases = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=application.former_name)])
    return pulumi.ResourceOptions.merge(opts, aliases)
