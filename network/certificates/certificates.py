"""The environment's certificates."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.manifests import declare
from network.plan.kubernetes import Manifest


@dataclass(frozen=True)
class CertificatesArgs:
    """Certificates, and what they need: issuers and their namespace."""

    certificates: Sequence[Manifest]
    after: Sequence[pulumi.Resource]


class Certificates(pulumi.ComponentResource):
    """Certificate objects; cert-manager issues and renews what they ask for."""

    def __init__(
        self,
        name: str,
        args: CertificatesArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:certificates:Certificates", name, None, opts)
        for certificate in args.certificates:
            declare(self, certificate, depends_on=args.after)
        self.register_outputs({})
