"""Traefik's custom resource definitions (ING-6)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.definitions import read_definitions
from network.components.manifests import declare
from network.plan.ingress import IngressPlan


@dataclass(frozen=True)
class TraefikDefinitionsArgs:
    """The plan, whose release names the chart."""

    ingress: IngressPlan


class TraefikDefinitions(pulumi.ComponentResource):
    """The CRDs of Traefik's chart, from the chart itself. Those of an adopted release stay, as it does: with
    them would go the routes of others."""

    definitions: Sequence[pulumi.Resource]
    """What every object of these kinds depends on."""

    def __init__(
        self,
        name: str,
        args: TraefikDefinitionsArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:ingress:TraefikDefinitions", name, None, opts)
        paths = [f"crds/{file}" for file in args.ingress.crds]
        found = read_definitions("network:charts.traefik", args.ingress.release, paths)
        self.definitions = [declare(self, each, shared=args.ingress.release.adopted) for each in found]
        self.register_outputs({})
