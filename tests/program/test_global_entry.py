"""The program of global load balancers: what it declares, and how it lives against the simulated account."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lab.cloud.cloud import Cloud
from lab.cloud.state import Kind
from tests.global_stacks import ENTRY, write
from tests.program.recording import PROGRAM, Run, run, unwrapped
from tests.program.refusals import refusal
from tests.stacks import merged
from tests.unit.lab.cloud.engine import DOMAIN, Engine
from tests.unit.lab.cloud.fakes import cloud
from tests.unit.lab.cloud.test_global_load_balancers import regional

BALANCER = "digitalocean:index/loadBalancer:LoadBalancer"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with two environments: the program stands in the folder `global`, as shipped."""
    folder = tmp_path_factory.mktemp("project")
    write(folder)
    program = folder / "global" / "__main__.py"
    program.write_text((PROGRAM.parent / "global" / "__main__.py").read_text())
    return program


def config(**changes: Any) -> dict[str, str]:
    return {"network:global": json.dumps(merged(ENTRY, changes))}


def ran(program: Path, *, preview: bool = False) -> Run:
    return run(config(), preview=preview, stack="shop", program=program)


def inputs(run: Run) -> Mapping[str, Any]:
    (balancer,) = run.of(BALANCER)
    return unwrapped(balancer.inputs)


@pytest.mark.parametrize("preview", [True, False])
def test_it_declares_one_load_balancer_over_those_of_the_environments(project: Path, preview: bool) -> None:
    declared = ran(project, preview=preview)
    assert inputs(declared)["targetLoadBalancerIds"] == ["id-of-network-dev", "id-of-network-fra"]
    # Under other names both would be made anew.
    assert {(each.type, each.name) for each in declared.declared} == {
        (BALANCER, "global"),
        ("webgrip:global:GlobalLoadBalancer", "global"),
    }
    assert declared.exports["environments"].value == ["ams", "fra"]


def test_an_environment_that_is_not_there_yet_ends_the_program_with_what_to_do(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(**_: Any) -> Any:
        raise Exception("no load balancer found with name network-dev")  # as the SDK raises

    monkeypatch.setattr("pulumi_digitalocean.get_load_balancer", absent)
    assert "pulumi up --stack ams, in the folder above" in refusal(config(), program=project).message


def test_what_is_refused_is_told_before_anything_is_declared(project: Path) -> None:
    message, declared = refusal(config(targetPort=8443), program=project)
    assert "network:global.targetPort: 8443" in message
    assert declared == ()


def test_it_comes_up_changes_nothing_the_second_time_and_leaves_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account: Cloud = cloud(tmp_path / "cloud")
    engine = Engine(account)
    try:
        engine.create(DOMAIN, "zone", name="example.org")
        ids = {
            name: regional(account, engine, name, region)["id"]
            for name, region in (("network-dev", "ams3"), ("network-fra", "fra1"))
        }
        monkeypatch.setattr("tests.program.recording.LOAD_BALANCER_IDS", ids)
        before = account.store.account.objects
        made = engine.create(BALANCER, "global", **inputs(ran(project)))
        assert engine.diff(made, **inputs(ran(project))).changed == {}
        again = engine.refresh(made)
        assert again is not None
        assert engine.diff(again, **inputs(ran(project))).changed == {}

        account.call("DELETE", f"/v2/load_balancers/{ids['network-dev']}")
        ids["network-dev"] = regional(account, engine, "network-dev", "ams3")["id"]
        rebuilt = engine.refresh(made)
        assert rebuilt is not None
        change = engine.diff(rebuilt, **inputs(ran(project)))
        assert change.reasons == []
        after = engine.update(rebuilt, **inputs(ran(project)))
        assert set(after.outputs["targetLoadBalancerIds"]) == set(ids.values())

        engine.delete(after)
        left = account.store.account.objects
        assert left[Kind.RECORD] == before[Kind.RECORD]
        assert {each["name"] for each in left[Kind.LOAD_BALANCER].values()} == set(ids)
    finally:
        engine.stop()
