"""Traefik's custom resource definitions, owned by the program because Helm never upgrades them
(ING-6)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import yaml

from network.charts import ChartError, Loader, chart_files
from network.components.manifests import declare
from network.plan.ingress import IngressPlan
from network.plan.model.kubernetes import Manifest


@dataclass(frozen=True)
class TraefikDefinitionsArgs:
    """The plan, whose release names the chart."""

    ingress: IngressPlan


class TraefikDefinitions(pulumi.ComponentResource):
    """The CRDs of Traefik's chart, from the chart itself."""

    definitions: Sequence[pulumi.Resource]
    """What every object of these kinds depends on."""

    def __init__(
        self,
        name: str,
        args: TraefikDefinitionsArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:ingress:TraefikDefinitions", name, None, opts)
        self.definitions = [declare(self, each) for each in read_definitions(args.ingress)]
        self.register_outputs({})


def read_definitions(ingress: IngressPlan) -> list[Manifest]:
    """Return the definitions in order.

    Raises `pulumi.RunError` if the chart cannot be read, lacks one, or is of a version that the values do not
    fit.
    """
    release = ingress.release
    try:
        files = chart_files(release.chart_name, release.chart)
    except ChartError as error:
        raise pulumi.RunError(
            f"network:charts.traefik: the chart cannot be read: {error}. Without internet, set "
            "network:charts.traefik.path to a folder or archive that holds it."
        ) from None
    # Config knows no version of a chart in a folder.
    version = str(
        yaml.load(files.get("Chart.yaml", b"{}"), Loader=Loader).get("version", release.chart.version)
    )
    if misfit := release.chart.misfit(version):
        raise pulumi.RunError(
            f"network:charts.traefik: the chart is {version}, but {misfit}. Put another there."
        )
    if missing := [name for name in ingress.crds if f"crds/{name}" not in files]:
        raise pulumi.RunError(
            f"network:charts.traefik: the chart lacks the definition crds/{missing[0]}. Set "
            "network:charts.traefik.path to a folder or archive that holds Traefik's chart."
        )
    return [yaml.load(files[f"crds/{name}"], Loader=Loader) for name in ingress.crds]
