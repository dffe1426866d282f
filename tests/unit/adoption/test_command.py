"""`network adopt` as it is run: kubectl's answers, and the simulated account's by HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lab.cloud import api, faults
from lab.cloud.state import Kind
from network.cli import app
from network.digitalocean_api import API_VARIABLE
from tests.stacks import ROOT, stack_config
from tests.unit.live.kubectl import Kubectl
from tests.unit.verification.healthy import Scene, healthy


class Team:
    """The account of the dev stack's team, to be looked at by the command."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.scene: Scene = healthy(stack_config("dev"), folder / "account")
        (folder / "bin").mkdir()
        kubectl = Kubectl(folder / "bin", patch)
        patch.setenv(API_VARIABLE, f"http://127.0.0.1:{api.serve(self.scene.account)}")
        patch.setenv("DIGITALOCEAN_TOKEN", self.scene.account.store.account.token)
        patch.chdir(ROOT)
        server = {"clusters": [{"cluster": {"server": self.scene.reading.server}}]}
        kubectl.gives("config view --minify --output=json", server)
        kubectl.gives("get deployments.apps,daemonsets.apps --all-namespaces --output=json", {"items": []})

    def adopt(self, *more: str) -> Any:
        return CliRunner().invoke(app, ["adopt", "--stack", "dev", *more])


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    return Team(tmp_path, monkeypatch)


def test_of_what_is_as_planned_it_prints_the_imports_and_ends_with_0(team: Team) -> None:
    done = team.adopt()
    assert done.exit_code == 0, done.output
    vpc = team.scene.account.store.account.all(Kind.VPC)
    (own,) = [each for each in vpc if each["name"] == "network-dev"]
    assert f"imports    digitalocean:index/vpc:Vpc network {own['id']}" in done.output
    assert "network:adopt:\n      vpc: " in done.output
    told = json.loads(team.adopt("--format", "json").stdout)
    assert told["lines"]["network:adopt"]["vpc"] == own["id"]
    file = json.loads(team.adopt("--format", "import").stdout)
    assert {each["id"] for each in file["resources"] if "id" in each} == {
        each["import"] for each in told["objects"]
    }


def test_what_would_change_ends_with_1(team: Team) -> None:
    with team.scene.account.store.change() as account:
        (own,) = [each for each in account.all(Kind.VPC) if each["name"] == "network-dev"]
        account.get(Kind.VPC, own["id"])["description"] = "of the founders"
    done = team.adopt()
    assert done.exit_code == 1
    assert "in place   description of the founders -> Nodes and load balancer" in done.output


def test_what_could_not_be_looked_at_ends_with_2_and_says_why_once(team: Team) -> None:
    for operation in ("list_vpcs", "list_clusters"):
        faults.inject(team.scene.account.store.folder, faults.Fault(operation, status=403))
    done = team.adopt()
    assert done.exit_code == 2
    assert "scope `vpc:read`" in done.output
    assert "Nothing of the plan exists" not in done.output
