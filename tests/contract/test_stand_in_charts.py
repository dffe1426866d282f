"""The lab's stand-in for Traefik's chart produces, for our values, the objects of the real chart.

Needs the real chart's folder in the variable TRAEFIK_CHART and `helm` on PATH.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.charts import STAND_IN
from network.plan import Plan
from tests.stacks import KUBERNETES


@pytest.fixture(scope="session")
def real_chart() -> Path:
    folder = os.environ.get("TRAEFIK_CHART")
    if folder is None:
        pytest.skip("TRAEFIK_CHART names no folder of Traefik's chart")
    return Path(folder)


@pytest.fixture(scope="session")
def helm(real_chart: Path) -> str:
    program = shutil.which("helm")
    if program is None:
        pytest.skip(f"TRAEFIK_CHART is {real_chart}, but helm is not on PATH")
    return program


def without_empty(value: Any) -> Any:
    """Return the value without empty maps and lists: the real chart writes some where nothing is set."""
    if isinstance(value, Mapping):
        inner = {key: without_empty(each) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each not in (None, {}, [])}
    if isinstance(value, list):
        return [without_empty(each) for each in value]
    return value


def template(helm: str, chart: Path, values: Mapping[str, Any], folder: Path) -> tuple[str, str]:
    """Return what Helm renders and what it complains about."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(dict(values)))
    command = [helm, "template", "traefik", str(chart), "--namespace", "traefik", "--values", str(file)]
    command += ["--kube-version", f"{KUBERNETES}.0", "--api-versions", "policy/v1/PodDisruptionBudget"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout, result.stderr


def objects(helm: str, chart: Path, values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the objects that a chart renders, by kind and name."""
    rendered, complaint = template(helm, chart, values, folder)
    assert rendered, complaint
    return {
        f"{each['kind']}/{each['metadata']['name']}": without_empty(each)
        for each in yaml.safe_load_all(rendered)
        if each
    }


def test_it_renders_the_objects_of_the_real_chart(
    plan: Plan, real_chart: Path, helm: str, tmp_path: Path
) -> None:
    values = plan.ingress.release.values
    expected = objects(helm, real_chart, values, tmp_path)
    actual = objects(helm, STAND_IN, values, tmp_path)
    assert actual.keys() == expected.keys()
    for name, each in expected.items():
        assert actual[name] == each, name


def test_it_refuses_what_it_cannot_do(helm: str, tmp_path: Path) -> None:
    values = {"ports": {"websecure": {"http3": {"enabled": True}}}}
    _, complaint = template(helm, STAND_IN, values, tmp_path)
    assert "no HTTP/3" in complaint
