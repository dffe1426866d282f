"""Helm releases."""

from typing import Any

import pytest

from network import versions
from tests import stacks
from tests.program.recording import Cloud, Run, run
from tests.program.refusals import refusal

RELEASE = "kubernetes:helm.sh/v3:Release"


@pytest.mark.parametrize("option", ["atomic", "cleanupOnFail"])
def test_a_failed_release_leaves_nothing_behind(update: Run, option: str) -> None:
    releases = update.of(RELEASE)
    assert len(releases) >= 2
    assert all(release.inputs[option] for release in releases)


def test_releases_wait_until_their_pods_are_ready(update: Run) -> None:
    releases = update.of(RELEASE)
    assert len(releases) >= 2
    assert not any("skipAwait" in release.inputs for release in releases)


def test_traefiks_definitions_are_left_to_the_program(update: Run) -> None:
    assert update.one("Release traefik-traefik").inputs["skipCrds"] is True
    definitions = update.of("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
    assert len(definitions) == 10


def test_cert_managers_definitions_come_with_its_release(update: Run) -> None:
    release = update.one("Release cert-manager-cert-manager").inputs
    assert release["skipCrds"] is False
    assert release["values"]["crds"] == {"enabled": True, "keep": True}


def test_a_chart_comes_from_its_repository_at_an_exact_version(dev: Run) -> None:
    release = dev.one("Release cert-manager-cert-manager").inputs
    assert release["chart"] == "cert-manager"
    assert release["version"] == versions.CERT_MANAGER_CHART
    assert release["repositoryOpts"] == {"repo": versions.CERT_MANAGER_CHART_REPOSITORY}


def test_a_chart_in_a_folder_needs_no_repository(dev: Run, chart_in_a_folder: dict[str, Any]) -> None:
    release = dev.one("Release traefik-traefik").inputs
    assert release["chart"] == chart_in_a_folder["network:charts"]["traefik"]["path"]
    assert {"version", "repositoryOpts"}.isdisjoint(release)


def test_a_chart_in_an_oci_registry_is_named_in_full(chart_in_a_folder: dict[str, Any]) -> None:
    chart = {"repository": "oci://mirror.example/charts", "version": "v1.21.1"}
    over = stacks.merged(chart_in_a_folder, {"network:charts": {"certManager": chart}})
    release = run(stacks.config_map("dev", over)).one("Release cert-manager-cert-manager").inputs
    assert release["chart"] == "oci://mirror.example/charts/cert-manager"
    assert release["version"] == "v1.21.1"
    assert "repositoryOpts" not in release


@pytest.mark.parametrize("status", ["pending-upgrade", "pending-rollback"])
def test_a_release_that_a_cut_off_run_left_under_way_is_refused(
    status: str, chart_in_a_folder: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cloud, "unfinished", {"traefik": status})
    message = refusal(stacks.config_map("dev", chart_in_a_folder)).message
    assert f"Helm says `{status}`" in message
    assert "docs/runbooks/interrupted-run.md" in message
