"""`network preflight` as it is run: kubectl's answers, and the simulated account's by HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lab.cloud import api, faults
from network.cli import app
from network.digitalocean_api import API_VARIABLE
from network.preflight.reading import WEBHOOKS
from tests.stacks import ROOT, stack_config
from tests.unit.live.kubectl import Kubectl
from tests.unit.preflight.ready import Ready, ready

LISTS = {
    "nodes": "nodes",
    "namespaces": "namespaces",
    "services": "services",
    "pods": "pods",
    "poddisruptionbudgets.policy": "budgets",
    "validatingwebhookconfigurations.admissionregistration.k8s.io,"
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": "webhooks",
    "validatingadmissionpolicies.admissionregistration.k8s.io": "policies",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": "bindings",
}


class Platform:
    """The platform of dev, fit for an upgrade, to be looked at by the command."""

    def __init__(self, dev: Ready, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.ready = dev
        account = self.ready.scene.account
        self.folder = account.store.folder
        (folder / "bin").mkdir()
        self.kubectl = Kubectl(folder / "bin", patch)
        patch.setenv(API_VARIABLE, f"http://127.0.0.1:{api.serve(account)}")
        patch.setenv("DIGITALOCEAN_TOKEN", account.store.account.token)
        patch.chdir(ROOT)
        reading: Any = self.ready.reading
        server = {"clusters": [{"cluster": {"server": reading.server}}]}
        self.kubectl.gives("config view --minify --output=json", server)
        self.kubectl.prints("get --raw=/metrics", reading.metrics)
        for kind, part in LISTS.items():
            objects = {"items": getattr(reading, part)}
            self.kubectl.gives(f"get {kind} --all-namespaces --output=json", objects)

    def preflight(self, *more: str) -> Any:
        return CliRunner().invoke(app, ["preflight", "--stack", "dev", *more])


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return ready(stack_config("dev"), tmp_path_factory.mktemp("dev"))


@pytest.fixture
def platform(dev: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    return Platform(dev, tmp_path, monkeypatch)


def test_a_platform_that_is_fit_ends_with_0_and_nothing_is_changed(platform: Platform) -> None:
    before = platform.ready.scene.account.store.account
    done = platform.preflight()
    assert done.exit_code == 0, done.output
    assert platform.ready.scene.account.store.account is before
    assert {asked[1] for asked in platform.kubectl.asked} <= {"get", "config"}


def test_manifests_that_are_given_are_held_against_the_version(platform: Platform, tmp_path: Path) -> None:
    chart = tmp_path / "chart.yaml"
    chart.write_text("---\n---\napiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: nightly}\n")
    done = platform.preflight("--manifests", str(chart), "--format", "json")
    assert done.exit_code == 1
    (found,) = [each for each in json.loads(done.stdout)["findings"] if each["verdict"] != "as planned"]
    assert (found["code"], found["found"]) == ("apis-declared", "CronJob nightly in batch/v1beta1")


@pytest.mark.parametrize("text", ["kind: CronJob", "- {}", "a: [", "apiVersion: v1\nkind: Pod"])
def test_a_file_without_manifests_is_refused_by_its_name(
    platform: Platform, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "chart.yaml"
    file.write_text(text)
    done = platform.preflight("--manifests", str(file))
    assert done.exit_code == 2
    assert "chart.yaml: " in done.output


def test_missing_rights_end_with_2_and_are_named(platform: Platform) -> None:
    told = "Error from server (Forbidden): validatingwebhookconfigurations is forbidden"
    kinds = next(kind for kind, part in LISTS.items() if part == "webhooks")
    platform.kubectl.refuses(f"get {kinds} --all-namespaces --output=json", told)
    faults.inject(platform.folder, faults.Fault("get_account", 1, 403, "You are not authorized"))
    done = platform.preflight("--format", "json")
    assert done.exit_code == 2
    unseen = [each for each in json.loads(done.stdout)["findings"] if each["verdict"] == "could not look"]
    assert {each["code"] for each in unseen} == {
        "upgrade-droplets", "webhook-timeout", "webhook-blocks", "webhook-service",
    }  # fmt: skip
    remedies = " ".join(each["remedy"] for each in unseen)
    assert "network-reader" in remedies
    assert "lacks the scope `account:read`" in remedies


def test_codes_are_listed_without_a_stack() -> None:
    done = CliRunner().invoke(app, ["preflight", "--codes"])
    assert done.exit_code == 0
    assert WEBHOOKS in done.output


def test_one_stack_is_asked_for() -> None:
    done = CliRunner().invoke(app, ["preflight"])
    assert done.exit_code == 2
    assert "--stack" in done.output
