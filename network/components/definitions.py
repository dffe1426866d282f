"""Custom resource definitions out of charts, owned by the program because Helm never upgrades them."""

from collections.abc import Sequence

import pulumi
import yaml

from network.charts import ChartError, Loader, chart_files
from network.plan.model.definitions import without_texts
from network.plan.model.kubernetes import Manifest, ReleasePlan


def read_definitions(key: str, release: ReleasePlan, paths: Sequence[str]) -> list[Manifest]:
    """Return the definitions at paths of a release's chart, in order and without texts. `key` is the chart's
    in a stack file.

    Raises `pulumi.RunError` if the chart cannot be read, lacks one, or is of a version that the values do not
    fit.
    """
    try:
        files = chart_files(release.chart_name, release.chart)
    except ChartError as error:
        raise pulumi.RunError(
            f"{key}: the chart cannot be read: {error}. Without internet, set "
            f"{key}.path to a folder or archive that holds it."
        ) from None
    # Config knows no version of a chart in a folder.
    version = str(
        yaml.load(files.get("Chart.yaml", b"{}"), Loader=Loader).get("version", release.chart.version)
    )
    if misfit := release.chart.misfit(version):
        raise pulumi.RunError(f"{key}: the chart is {version}, but {misfit}. Put another there.")
    if missing := [path for path in paths if path not in files]:
        raise pulumi.RunError(
            f"{key}: the chart lacks the definition {missing[0]}. Set "
            f"{key}.path to a folder or archive that holds the chart {release.chart_name}."
        )
    return [without_texts(yaml.load(files[path], Loader=Loader)) for path in paths]
