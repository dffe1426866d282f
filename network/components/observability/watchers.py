"""Prometheus with its operator, Alertmanager, exporters and Grafana (OBS-1, OBS-4, OBS-7)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.components.releases import declare_release
from network.components.secrets import SecretValues, declare_secret
from network.plan.model.kubernetes import Manifest, ReleasePlan, SecretPlan


@dataclass(frozen=True)
class WatchersArgs:
    """The releases, what their pods read, and what must be in force before they start."""

    stack: ReleasePlan
    prober: ReleasePlan
    access: Sequence[Manifest]
    secrets: Sequence[SecretPlan]
    secret_values: SecretValues
    after: Sequence[pulumi.Resource]


class Watchers(pulumi.ComponentResource):
    """What runs to watch."""

    releases: Sequence[pulumi.Resource]
    """What monitors and rules depend on: the operator's webhook reads them."""

    def __init__(self, name: str, args: WatchersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:observability:Watchers", name, None, opts)
        before = [*args.after, *(declare(self, each, depends_on=args.after) for each in args.access)]
        before += [
            declare_secret(self, each, args.secret_values, depends_on=args.after) for each in args.secrets
        ]
        self.releases = [
            declare_release(self, args.stack, skip_crds=True, depends_on=before),
            declare_release(self, args.prober, depends_on=args.after),
        ]
        self.register_outputs({})
