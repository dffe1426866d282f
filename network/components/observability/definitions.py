"""The custom resource definitions of Prometheus' operator (OBS-7)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.definitions import read_definitions
from network.components.manifests import declare
from network.plan.model.kubernetes import ReleasePlan


@dataclass(frozen=True)
class PrometheusDefinitionsArgs:
    """The release, whose chart has them, and their paths in it."""

    release: ReleasePlan
    paths: Sequence[str]


class PrometheusDefinitions(pulumi.ComponentResource):
    """The CRDs of kube-prometheus-stack, from the chart itself. They stay when nobody declares them any more:
    with them would go the objects of every other operator of Prometheus in the cluster."""

    definitions: Sequence[pulumi.Resource]
    """What every object of these kinds depends on."""

    def __init__(
        self,
        name: str,
        args: PrometheusDefinitionsArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:observability:PrometheusDefinitions", name, None, opts)
        found = read_definitions("network:charts.prometheusStack", args.release, args.paths)
        self.definitions = [declare(self, each, shared=True) for each in found]
        self.register_outputs({})
