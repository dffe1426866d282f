"""Default deny and the policies generated from flows (POL-1 to POL-4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.plan.policies import NamespacePolicies


@dataclass(frozen=True)
class PoliciesArgs:
    """Policies by namespace, and the namespaces they stand in."""

    policies: Sequence[NamespacePolicies]
    namespaces: Mapping[str, pulumi.Resource]


class Policies(pulumi.ComponentResource):
    """The policies of every namespace, in force before the pods they govern."""

    by_namespace: Mapping[str, pulumi.Resource]
    """What stands in each namespace once its policies are in force; releases depend on it."""

    def __init__(self, name: str, args: PoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:policies:Policies", name, None, opts)
        self.by_namespace = {
            policies.namespace: self._in_order(policies, args.namespaces[policies.namespace])
            for policies in args.policies
        }
        self.register_outputs({})

    def _in_order(self, policies: NamespacePolicies, namespace: pulumi.Resource) -> pulumi.Resource:
        """Allow before deny, so that nothing is cut in a namespace whose pods already run. Removal runs the
        other way round: what isolates goes before what allows."""
        additions = [declare(self, each, depends_on=[namespace]) for each in policies.additions]
        workloads = [declare(self, each, depends_on=[namespace, *additions]) for each in policies.workloads]
        if policies.default_deny is None:
            return namespace
        return declare(self, policies.default_deny, depends_on=[namespace, *additions, *workloads])
