"""Admission policies over certificates and hosts."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.plan.admission import AdmissionPlan


@dataclass(frozen=True)
class AdmissionArgs:
    """The policies and their bindings."""

    admission: AdmissionPlan


class Admission(pulumi.ComponentResource):
    """What the API server checks before a name may be asked for."""

    bindings: Sequence[pulumi.Resource]
    """In force once these exist; cert-manager comes after them."""

    def __init__(self, name: str, args: AdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:certificates:Admission", name, None, opts)
        policies = [declare(self, policy) for policy in args.admission.policies]
        self.bindings = [
            declare(self, binding, depends_on=[policy])
            for policy, binding in zip(policies, args.admission.bindings, strict=True)
        ]
        self.register_outputs({})
