"""cert-manager and its issuers."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.components.releases import declare_release
from network.components.secrets import SecretValues, declare_secret
from network.plan.model.kubernetes import Manifest, ReleasePlan, SecretPlan


@dataclass(frozen=True)
class CertManagerArgs:
    """The release, what the issuers read, and what must be in force before its pods start."""

    release: ReleasePlan
    secrets: Sequence[SecretPlan]
    issuers: Sequence[Manifest]
    secret_values: SecretValues
    after: Sequence[pulumi.Resource]


class CertManager(pulumi.ComponentResource):
    """cert-manager with its CRDs, and both ClusterIssuers."""

    release: pulumi.Resource
    """What certificates of other issuers depend on: its webhook answers."""
    issuers: Sequence[pulumi.Resource]
    """What a Certificate depends on: they are Ready, and deleted after it."""

    def __init__(
        self,
        name: str,
        args: CertManagerArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:certificates:CertManager", name, None, opts)
        secrets = [
            declare_secret(self, secret, args.secret_values, depends_on=args.after) for secret in args.secrets
        ]
        self.release = declare_release(self, args.release, depends_on=args.after)
        # Deleted before the controller: whatever has a finalizer needs it.
        self.issuers = [declare(self, issuer, depends_on=[self.release, *secrets]) for issuer in args.issuers]
        self.register_outputs({})
