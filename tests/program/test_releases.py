"""Helm releases."""

from typing import Any

import pytest

from network import versions
from tests import stacks
from tests.program.recording import Cloud, Run, run
from tests.program.refusals import refusal

RELEASE = "kubernetes:helm.sh/v3:Release"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"


@pytest.mark.parametrize("option", ["atomic", "cleanupOnFail"])
def test_a_failed_release_leaves_nothing_behind(update: Run, option: str) -> None:
    assert {release.inputs[option] for release in update.of(RELEASE)} == {True}


def test_releases_wait_until_their_pods_are_ready(update: Run) -> None:
    assert {"skipAwait" in release.inputs for release in update.of(RELEASE)} == {False}


def test_traefiks_definitions_are_left_to_the_program(update: Run) -> None:
    assert update.one("Release traefik-traefik").inputs["skipCrds"] is True
    definitions = [each for each in update.of(DEFINITION) if each.name.startswith("definitions/")]
    assert len(definitions) == 10


def test_the_definitions_of_prometheus_operator_are_left_to_the_program(everything: Run) -> None:
    assert everything.one("Release watchers-monitoring").inputs["skipCrds"] is True
    definitions = [e for e in everything.of(DEFINITION) if e.name.startswith("prometheus-definitions/")]
    assert len(definitions) == 10


def test_without_observability_nothing_watches(charts_in_folders: dict[str, Any]) -> None:
    bare = run(stacks.config_map("dev", charts_in_folders, without=stacks.WATCHING))
    assert [each for each in bare.declared if "monitoring" in each.urn or "prometheus" in each.urn] == []


def test_cert_managers_definitions_come_with_its_release(update: Run) -> None:
    release = update.one("Release cert-manager-cert-manager").inputs
    assert release["skipCrds"] is False
    assert release["values"]["crds"] == {"enabled": True, "keep": True}


def test_a_chart_comes_from_its_repository_at_an_exact_version(dev: Run) -> None:
    release = dev.one("Release cert-manager-cert-manager").inputs
    assert release["chart"] == "cert-manager"
    assert release["version"] == versions.CERT_MANAGER_CHART
    assert release["repositoryOpts"] == {"repo": versions.CERT_MANAGER_CHART_REPOSITORY}


def test_a_charts_in_folders_needs_no_repository(dev: Run, charts_in_folders: dict[str, Any]) -> None:
    release = dev.one("Release traefik-traefik").inputs
    assert release["chart"] == charts_in_folders["network:charts"]["traefik"]["path"]
    assert {"version", "repositoryOpts"}.isdisjoint(release)


def test_a_chart_in_an_oci_registry_is_named_in_full(charts_in_folders: dict[str, Any]) -> None:
    chart = {"repository": "oci://mirror.example/charts", "version": "v1.21.1"}
    over = stacks.merged(charts_in_folders, {"network:charts": {"certManager": chart}})
    release = run(stacks.config_map("dev", over)).one("Release cert-manager-cert-manager").inputs
    assert release["chart"] == "oci://mirror.example/charts/cert-manager"
    assert release["version"] == "v1.21.1"
    assert "repositoryOpts" not in release


@pytest.mark.parametrize("status", ["pending-upgrade", "pending-rollback"])
def test_a_release_that_a_cut_off_run_left_under_way_is_refused(
    status: str, charts_in_folders: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cloud, "unfinished", {"traefik": status})
    message = refusal(stacks.config_map("dev", charts_in_folders)).message
    assert f"Helm says `{status}`" in message
    assert "docs/runbooks/interrupted-run.md" in message
