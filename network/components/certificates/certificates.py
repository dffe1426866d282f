"""The environment's certificates."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.plan.model.kubernetes import Manifest


@dataclass(frozen=True)
class CertificatesArgs:
    """Certificates, and what they need: issuers and their namespace."""

    certificates: Sequence[Manifest]
    after: Sequence[pulumi.Resource]
    reachable_first: Set[str]
    """Names of certificates that also need `entry`."""
    entry: Sequence[pulumi.Resource]
    """By what requests from the internet come in: load balancer and records."""


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
            is_reached = certificate["metadata"]["name"] in args.reachable_first
            declare(self, certificate, depends_on=[*args.after, *(args.entry if is_reached else ())])
        self.register_outputs({})
