"""Runs of the program that many tests look at."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from network import versions
from network.digitalocean_api import API_VARIABLE, TOKEN_VARIABLES
from network.plan.ingress import CRDS
from tests import stacks
from tests.program.recording import Run, run


@pytest.fixture(scope="session", autouse=True)
def without_an_account() -> Iterator[None]:
    """No token of the developer's: the program would ask the account what it has."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*TOKEN_VARIABLES, API_VARIABLE):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def chart_in_a_folder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Config that takes Traefik's chart from a folder, so that no test needs the internet."""
    folder = tmp_path_factory.mktemp("traefik")
    (folder / "crds").mkdir()
    for name in CRDS:
        plural = name.removeprefix("traefik.io_").removesuffix(".yaml")
        definition = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.traefik.io"},
        }
        (folder / "crds" / name).write_text(json.dumps(definition))
    chart = {
        "repository": versions.TRAEFIK_CHART_REPOSITORY,
        "version": versions.TRAEFIK_CHART,
        "path": str(folder),
    }
    return {"network:charts": {"traefik": chart}}


@pytest.fixture(scope="session")
def configs(chart_in_a_folder: dict[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Config maps of the shipped stacks, and of one that uses every option."""
    shipped = {name: stacks.config_map(name, chart_in_a_folder) for name in stacks.NAMES}
    everything = stacks.merged(stacks.everything_over_dev(), chart_in_a_folder)
    return {**shipped, "everything": stacks.config_map("dev", everything)}


@pytest.fixture(scope="session", params=[*stacks.NAMES, "everything"])
def stack(request: pytest.FixtureRequest) -> str:
    """Name of each configuration in turn."""
    return request.param


@pytest.fixture(scope="session", params=["preview", "update"])
def mode(request: pytest.FixtureRequest) -> str:
    """Previews know no computed values; updates do."""
    return request.param


@pytest.fixture(scope="session")
def program(stack: str, mode: str, configs: Mapping[str, Mapping[str, str]]) -> Run:
    """One run of the program per configuration and mode."""
    return run(configs[stack], preview=mode == "preview", stack=stack)


@pytest.fixture(scope="session")
def update(stack: str, configs: Mapping[str, Mapping[str, str]]) -> Run:
    """One run per configuration, with computed values."""
    return run(configs[stack], stack=stack)


@pytest.fixture(scope="session")
def dev(configs: Mapping[str, Mapping[str, str]]) -> Run:
    """The dev stack, with computed values."""
    return run(configs["dev"])


@pytest.fixture(scope="session")
def everything(configs: Mapping[str, Mapping[str, str]]) -> Run:
    """A stack that uses every option, with computed values."""
    return run(configs["everything"])


@pytest.fixture
def empty_folder(tmp_path: Path) -> str:
    """A folder without a chart."""
    return str(tmp_path)
