"""Runs of the program that many tests look at."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest

from network import versions
from network.digitalocean_api import API_VARIABLE, TOKEN_VARIABLES
from network.plan import ingress, observability
from tests import stacks
from tests.program.recording import Run, Runs, run

INTEGRATED = {
    "network:observability": {
        "prometheus": {
            "integrate": {
                "namespace": "prometheus",
                "labels": {"release": "prometheus"},
                "scraper": {"namespace": "prometheus", "labels": {"app.kubernetes.io/name": "prometheus"}},
            }
        }
    }
}
"""A stack that a Prometheus of somebody else's watches."""

ADOPTED: dict[str, Any] = {
    "vpc": "8f1d6c3e-0a4b-4c57-9d26-71e0b8a53f94",
    "cluster": "bd5f5959-5e1e-4205-a714-a914373942af",
    "nodePools": {"batch": "cdda885e-7663-40c8-bc74-3a036c66545d"},
    "releases": ["traefik/traefik", "cert-manager/cert-manager"],
}
"""What a stack takes over: of a stack that uses every other option, which has that pool."""


@pytest.fixture(scope="session", autouse=True)
def without_an_account() -> Iterator[None]:
    """No token of the developer's: the program would ask the account what it has."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*TOKEN_VARIABLES, API_VARIABLE):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def charts_in_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Config that takes the charts whose CRDs the program reads from folders, so that no test needs the
    internet."""
    traefik = tmp_path_factory.mktemp("traefik")
    for name in ingress.CRDS:
        plural = name.removeprefix("traefik.io_").removesuffix(".yaml")
        _write_definition(traefik / "crds" / name, f"{plural}.traefik.io")
    stack = tmp_path_factory.mktemp("kube-prometheus-stack")
    for kind, path in zip(observability.CRDS, observability.paths_of_crds(), strict=True):
        _write_definition(stack / path, f"{kind}.monitoring.coreos.com")
    return {
        "network:charts": {
            "traefik": {
                "repository": versions.TRAEFIK_CHART_REPOSITORY,
                "version": versions.TRAEFIK_CHART,
                "path": str(traefik),
            },
            "prometheusStack": {"path": str(stack)},
        }
    }


def _write_definition(file: Path, name: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {"versions": [{"name": "v1", "schema": {"openAPIV3Schema": {"description": "A text."}}}]},
    }
    file.write_text(json.dumps(definition))


@pytest.fixture(scope="session")
def configs(charts_in_folders: dict[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Config maps of the shipped stacks, of one that uses every option, of one that besides takes over what
    exists, and of one that others watch."""
    shipped = {name: stacks.config_map(name, charts_in_folders) for name in stacks.NAMES}
    everything = stacks.merged(stacks.everything_over_dev(), charts_in_folders)
    adopting = stacks.merged(everything, {"network:adopt": ADOPTED})
    integrated = stacks.merged(INTEGRATED, charts_in_folders)
    return {
        **shipped,
        "everything": stacks.config_map("dev", everything),
        "adopting": stacks.config_map("dev", adopting),
        "integrated": stacks.config_map("dev", integrated, without=stacks.WATCHING),
    }


@pytest.fixture(scope="session", params=[*stacks.NAMES, "everything", "integrated"])
def stack(request: pytest.FixtureRequest) -> str:
    """Name of each configuration in turn."""
    return request.param


@pytest.fixture(scope="session", params=["preview", "update"])
def mode(request: pytest.FixtureRequest) -> str:
    """Previews know no computed values; updates do."""
    return request.param


@pytest.fixture(scope="session")
def runs(configs: Mapping[str, Mapping[str, str]]) -> Runs:
    """Each run once, however many fixtures give it to tests, and in whatever order those come."""

    @cache
    def once(stack: str, mode: str) -> Run:
        return run(configs[stack], preview=mode == "preview", stack=stack)

    return once


@pytest.fixture(scope="session")
def program(stack: str, mode: str, runs: Runs) -> Run:
    """One run of the program per configuration and mode."""
    return runs(stack, mode)


@pytest.fixture(scope="session")
def update(stack: str, runs: Runs) -> Run:
    """One run per configuration, with computed values."""
    return runs(stack, "update")


@pytest.fixture(scope="session")
def dev(runs: Runs) -> Run:
    """The dev stack, with computed values."""
    return runs("dev", "update")


@pytest.fixture(scope="session")
def everything(runs: Runs) -> Run:
    """A stack that uses every option, with computed values."""
    return runs("everything", "update")


@pytest.fixture
def empty_folder(tmp_path: Path) -> str:
    """A folder without a chart."""
    return str(tmp_path)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits of the program, which take no time."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(pulumi.log, "info", lambda *_: None)
    return waits
