"""`network verify` as it is run: kubectl's answers, and the simulated account's by HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lab.cloud import api, faults
from lab.cloud.options import choose
from lab.cloud.state import Kind
from network.cli import app
from network.credentials.account import KEY
from network.digitalocean_api import API_VARIABLE
from tests.stacks import ROOT, stack_config
from tests.unit.live.kubectl import Kubectl
from tests.unit.verification.healthy import Scene, healthy

FORBIDDEN = "You are not authorized to perform this operation"


class Platform:
    """The healthy platform of dev, to be looked at by the command."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.scene: Scene = healthy(stack_config("dev"), folder / "account")
        (folder / "bin").mkdir()
        self.kubectl = Kubectl(folder / "bin", patch)
        patch.setenv(API_VARIABLE, f"http://127.0.0.1:{api.serve(self.scene.account)}")
        patch.setenv("DIGITALOCEAN_TOKEN", self.scene.account.store.account.token)
        patch.chdir(ROOT)
        reading: Any = self.scene.reading
        server = {"clusters": [{"cluster": {"server": reading.server}}]}
        self.kubectl.gives("config view --minify --output=json", server)
        self.kubectl.gives(
            "get configmap cilium-config --namespace=kube-system --ignore-not-found --output=json",
            reading.cilium_config,
        )
        for kind, objects in {
            "nodes": reading.nodes,
            "ciliumnodes.cilium.io": reading.cilium_nodes,
            "pods": reading.pods,
            "services": reading.services,
            "servicecidrs.networking.k8s.io": reading.service_ranges,
            "deployments.apps,daemonsets.apps,statefulsets.apps": reading.workloads,
        }.items():
            self.kubectl.gives(f"get {kind} --all-namespaces --output=json", {"items": objects})
        self.kubectl.gives(
            "get endpointslices.discovery.k8s.io --namespace=default "
            "--selector=kubernetes.io/service-name=kubernetes --output=json",
            {"items": reading.api_endpoints},
        )

    @property
    def folder(self) -> Path:
        return self.scene.account.store.folder

    def verify(self, *more: str) -> Any:
        return CliRunner().invoke(app, ["verify", "--stack", "dev", *more])

    def rows(self, *more: str) -> list[dict[str, Any]]:
        """What is not as planned."""
        told = json.loads(self.verify("--format", "json", *more).stdout)
        return [each for each in told["findings"] if each["verdict"] != "as planned"]


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    return Platform(tmp_path, monkeypatch)


def test_a_healthy_platform_ends_with_0_and_a_row_for_each_fact(platform: Platform) -> None:
    done = platform.verify()
    assert done.exit_code == 0, done.output
    *rows, empty, summary = done.output.splitlines()
    assert (empty, summary) == ("", f"{len(rows)} as planned")
    assert all(row.startswith("as planned  ") for row in rows)


def test_a_difference_ends_with_1_and_names_the_line_of_the_stack_file(platform: Platform) -> None:
    vpc = next(
        each for each in platform.scene.account.store.account.all(Kind.VPC) if each["name"] == "network-dev"
    )
    with platform.scene.account.store.change() as account:
        account.get(Kind.VPC, vpc["id"])["ip_range"] = "10.9.0.0/16"
    done = platform.verify()
    assert done.exit_code == 1
    assert "planned  10.0.0.0/16 (Pulumi.dev.yaml:" in done.output
    assert [each["code"] for each in platform.rows()] == ["vpc-range"]


@pytest.mark.parametrize(
    ("operation", "scope", "codes"),
    [
        ("list_firewalls", "firewall:read", {"firewall-managed", "firewall-others", "firewall-open"}),
        ("list_records", "domain:read", {"record", "record-caa"}),
        ("list_vpc_members", "vpc:read", {"vpc-members"}),
        ("list_vpc_peerings", "vpc_peering:read", {"vpc-peerings"}),
    ],
)
def test_a_token_without_a_right_ends_with_2_and_the_scope(
    platform: Platform, operation: str, scope: str, codes: set[str]
) -> None:
    faults.inject(platform.folder, faults.Fault(operation, 1000, 403, FORBIDDEN))
    assert platform.verify().exit_code == 2
    rows = platform.rows()
    assert {each["code"] for each in rows} == codes
    assert {each["verdict"] for each in rows} == {"could not look"}
    assert all(f"lacks the scope `{scope}`" in each["remedy"] for each in rows)


def test_without_rights_in_the_cluster_the_role_is_named(platform: Platform) -> None:
    told = 'Error from server (Forbidden): nodes is forbidden: User "ann" cannot list resource "nodes"'
    platform.kubectl.refuses("get nodes --all-namespaces --output=json", told)
    rows = platform.rows()
    assert {each["verdict"] for each in rows} == {"could not look"}
    assert {each["remedy"] for each in rows} == {
        "look with the role network-reader (`access.readers` of the stack file), which may read it"
    }


def test_a_token_that_is_no_longer_valid_is_never_taken_for_an_empty_account(platform: Platform) -> None:
    choose(platform.folder, token_accepted=False)
    done = platform.verify()
    assert done.exit_code == 2
    assert "the token of DIGITALOCEAN_TOKEN is not valid" in done.output
    assert "none of this name" not in done.output


def test_without_a_token_it_says_where_one_belongs(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGITALOCEAN_TOKEN")
    done = platform.verify()
    assert done.exit_code == 2
    assert f"pulumi config get {KEY} --stack dev" in done.output


def test_nothing_is_changed_in_the_account(platform: Platform) -> None:
    before = platform.scene.account.store.account
    platform.verify()
    assert platform.scene.account.store.account is before
    assert {asked[-1] for asked in platform.kubectl.asked} == {"--output=json"}
    assert {asked[1] for asked in platform.kubectl.asked} <= {"get", "config"}


def test_a_context_is_handed_to_kubectl(platform: Platform) -> None:
    platform.verify("--context", "prod")
    assert all("--context=prod" in asked for asked in platform.kubectl.asked)


def test_one_stack_is_asked_for() -> None:
    done = CliRunner().invoke(app, ["verify"])
    assert done.exit_code == 2
    assert "--stack" in done.output
