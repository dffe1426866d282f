"""Roles and who holds them (ADM-1)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.plan.access import AccessPlan


@dataclass(frozen=True)
class AccessArgs:
    """Roles and bindings, and the namespaces that bindings stand in."""

    access: AccessPlan
    namespaces: Mapping[str, pulumi.Resource]


class Access(pulumi.ComponentResource):
    """ClusterRoles of the platform and their bindings."""

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:access:Access", name, None, opts)
        roles = {role["metadata"]["name"]: declare(self, role) for role in args.access.roles}
        for binding in args.access.bindings:
            needed = (
                roles.get(binding["roleRef"]["name"]),
                args.namespaces.get(binding["metadata"].get("namespace", "")),
            )
            declare(self, binding, depends_on=[each for each in needed if each is not None])
        self.register_outputs({})
