"""Where Traefik's chart itself is at hand, its manifests must react to every value that we set.

Needs the chart's folder in the variable TRAEFIK_CHART and `helm` on PATH; the schemas, which need
neither, are in `test_helm_values.py`.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from network.plan import Plan
from tests import libyaml
from tests.contract.kinds import validate
from tests.contract.values import changed, leaves, replaced
from tests.stacks import KUBERNETES, merged


@pytest.fixture(scope="session")
def chart() -> Path:
    """Folder of the chart at the pinned version."""
    folder = os.environ.get("TRAEFIK_CHART")
    if folder is None:
        pytest.skip("TRAEFIK_CHART names no folder of Traefik's chart")
    if shutil.which("helm") is None:
        pytest.skip("TRAEFIK_CHART is given, but helm is not on PATH")
    return Path(folder)


def render(chart: Path, values: Any, folder: Path) -> str:
    """Return the chart's manifests, or its refusal."""
    file = folder / "values.yaml"
    file.write_text(libyaml.dump(values))
    command = ["helm", "template", "traefik", str(chart), "--namespace", "traefik"]
    command += ["--kube-version", f"{KUBERNETES}.0", "--api-versions", "policy/v1/PodDisruptionBudget"]
    result = subprocess.run(
        [*command, "--values", str(file), "--skip-schema-validation"],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout or result.stderr


def test_the_chart_renders_our_values(plan: Plan, chart: Path, tmp_path: Path) -> None:
    rendered = render(chart, plan.ingress.release.values, tmp_path)
    assert "kind: Deployment" in rendered, rendered


@pytest.mark.parametrize("plan", ["everything"], indirect=True)
def test_what_the_chart_renders_is_valid(plan: Plan, chart: Path, contracts: Path, tmp_path: Path) -> None:
    for manifest in libyaml.load_all(render(chart, plan.ingress.release.values, tmp_path)):
        if manifest is not None:
            validate(manifest, contracts)


@pytest.mark.parametrize("plan", ["everything"], indirect=True)
def test_every_value_shows_in_the_manifests(plan: Plan, chart: Path, tmp_path: Path) -> None:
    values = dict(plan.ingress.release.values)
    rendered = render(chart, values, tmp_path)
    silent = [
        ".".join(path)
        for path, value in leaves(values)
        if render(chart, replaced(values, path, changed(value)), tmp_path) == rendered
    ]
    assert silent == []


@pytest.mark.parametrize("plan", ["dev"], indirect=True)
def test_a_value_that_the_chart_does_not_read_shows_nowhere(plan: Plan, chart: Path, tmp_path: Path) -> None:
    values = plan.ingress.release.values
    typo = merged(values, {"service": {"type": "LoadBalancer"}})
    assert render(chart, typo, tmp_path) == render(chart, values, tmp_path)
