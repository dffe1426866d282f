"""Namespaces and what bounds them (SVC-4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare, declare_namespace
from network.plan.model.namespaces import NamespacePlan


@dataclass(frozen=True)
class NamespacesArgs:
    """Every namespace that the platform owns or adopts."""

    namespaces: Sequence[NamespacePlan]


class Namespaces(pulumi.ComponentResource):
    """Namespaces with Pod Security labels, quotas and default limits."""

    by_name: Mapping[str, pulumi.Resource]
    """What an object inside a namespace depends on."""

    def __init__(
        self,
        name: str,
        args: NamespacesArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:namespaces:Namespaces", name, None, opts)
        self.by_name = {plan.name: self._namespace(plan) for plan in args.namespaces}
        self.register_outputs({})

    def _namespace(self, plan: NamespacePlan) -> pulumi.Resource:
        namespace = declare_namespace(self, plan.namespace, adopted=plan.owner == "adopted")
        for bound in plan.bounds:
            declare(self, bound, depends_on=[namespace])
        return namespace
