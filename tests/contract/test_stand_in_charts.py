"""The lab's stand-ins for charts produce, for our values, the objects of the real charts.

Needs `helm` on PATH, and the real charts' folders in the variables TRAEFIK_CHART, PROMETHEUS_STACK_CHART
(with the charts that it depends on in `charts/`, but for Grafana's) and BLACKBOX_EXPORTER_CHART. The charts
of the collector and of VictoriaLogs (with victoria-metrics-common in `charts/`, and no other) are compared
where COLLECTOR_CHART and VICTORIA_LOGS_CHART name theirs.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.charts import STAND_INS
from network.plan.model.kubernetes import ReleasePlan
from tests import libyaml
from tests.contract.planned import of_each_stack, plan_of, releases
from tests.stacks import KUBERNETES

FOLDERS = {
    "traefik": "TRAEFIK_CHART",
    "kube-prometheus-stack": "PROMETHEUS_STACK_CHART",
    "prometheus-blackbox-exporter": "BLACKBOX_EXPORTER_CHART",
    **{
        chart: variable
        for chart, variable in {
            "opentelemetry-collector": "COLLECTOR_CHART",
            "victoria-logs-single": "VICTORIA_LOGS_CHART",
        }.items()
        if variable in os.environ
    },
}
"""Variables that name the real charts' folders, by their names."""

NOT_COMPARED = {"checksum/config"}
"""Annotations whose value the text of a template decides."""


@dataclass(frozen=True)
class Real:
    """A release beside the real chart."""

    release: ReleasePlan
    folder: Path
    helm: str


@pytest.fixture(params=of_each_stack(FOLDERS), ids="-".join)
def real(request: pytest.FixtureRequest) -> Real:
    """Each release of each stack whose real chart is at hand."""
    stack, name = request.param
    release = releases(plan_of(stack))[name]
    variable = FOLDERS[release.chart_name]
    folder, helm = os.environ.get(variable), shutil.which("helm")
    if folder is None:
        pytest.skip(f"{variable} names no folder of the chart {release.chart_name}")
    if helm is None:
        pytest.skip(f"{variable} is given, but helm is not on PATH")
    return Real(release, Path(folder), helm)


def comparable(value: Any) -> Any:
    """Return the value without empty maps and lists: the real charts write some where nothing is set."""
    if isinstance(value, Mapping):
        inner = {key: comparable(each) for key, each in value.items() if key not in NOT_COMPARED}
        return {key: each for key, each in inner.items() if each not in (None, {}, [])}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    return value


def template(helm: str, chart: Path, release: ReleasePlan, folder: Path) -> tuple[str, str]:
    """Return what Helm renders and what it complains about."""
    file = folder / "values.yaml"
    file.write_text(libyaml.dump(dict(release.values)))
    command = [helm, "template", release.name, str(chart), "--namespace", release.namespace]
    command += ["--values", str(file), "--skip-crds"]
    command += ["--kube-version", f"{KUBERNETES}.0", "--api-versions", "policy/v1/PodDisruptionBudget"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout, result.stderr


def objects(helm: str, chart: Path, release: ReleasePlan, folder: Path) -> dict[str, Any]:
    """Return the objects that a chart renders, by kind and name."""
    rendered, complaint = template(helm, chart, release, folder)
    assert rendered, complaint
    return {
        f"{each['kind']}/{each['metadata']['name']}": comparable(each)
        for each in libyaml.load_all(rendered)
        if each
    }


def test_it_renders_the_objects_of_the_real_chart(real: Real, tmp_path: Path) -> None:
    expected = objects(real.helm, real.folder, real.release, tmp_path)
    actual = objects(real.helm, STAND_INS[real.release.chart_name], real.release, tmp_path)
    assert actual.keys() == expected.keys()
    for each, content in expected.items():
        assert actual[each] == content, each
