"""`network accept` with what is real here: Pulumi's engine on the simulated account, a cluster's answers."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from network.acceptance.questions import cluster
from network.acceptance.steps import NAMES
from tests.lab.platform import Platform
from tests.lab.rehearsal import Rehearsal, rehearsal
from tests.stacks import stack_file
from tests.unit.acceptance.others import SIMILAR, TEST_ZONE, crowd
from tests.unit.acceptance.served import Served
from tests.unit.acceptance.test_kills import assert_swept, killed

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

ASKED = """
import json, sys
from network.acceptance.questions import cluster
from network.acceptance.questions.question import World
from network.acceptance.run import Ranges, Run
from network.cli.accept import account_of_token
from network.live.changes import Changes
from network.live.cluster import Cluster

ranges = Ranges(*sys.argv[1:4])
run = Run("a2b3c4d5e6", "", "ams3", "", "", ranges, "", "", (), "", "", "")
account = account_of_token()
world = World(run, account, Changes(account), Cluster())
rows = [question.row(world, "") for question in cluster.QUESTIONS]
print(json.dumps({row.code: [row.result, row.why] for row in rows}))
"""

NOT_HERE = {"cilium-cidr-match", "hubble-metrics"}
"""What the lab's Cilium may leave unset, which is an answer too."""


@dataclass(frozen=True)
class WithEngine(Served):
    """An account that the real engine works on."""

    around: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    @override
    def environment(self) -> dict[str, str]:
        return {**self.around, "XDG_STATE_HOME": str(self.folder / "state")}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WithEngine]:
    with rehearsal(tmp_path) as prepared:
        yield _served(prepared, tmp_path)


def _served(prepared: Rehearsal, folder: Path) -> WithEngine:
    crowd(prepared.account, SIMILAR)
    url = prepared.environment["DIGITALOCEAN_API_URL"]
    project = prepared.engine.project
    return WithEngine(prepared.account, prepared.backend, url, folder, project, prepared.environment)


def test_a_whole_run_of_the_engine_leaves_the_account_as_before(engine: WithEngine) -> None:
    objects = engine.objects()
    done = engine.command(*engine.agreed())
    told = json.loads(done.stdout)
    assert engine.objects() == objects, done.stderr
    assert told["verdicts"]["differs"] == 0, told["findings"]
    assert {each["code"]: each["verdict"] for each in told["findings"]}["second-up"] == "as planned"
    assert list(engine.journal()["ended"]) == list(NAMES)


@pytest.mark.parametrize(
    ("operation", "at"),
    [
        ("create_vpc", 1),
        ("create_domain", 1),
        ("create_cluster", 1),
        ("create_record", 6),
        ("delete_domain", 1),
    ],
)
def test_a_run_that_is_killed_within_the_engine_is_swept(engine: WithEngine, operation: str, at: int) -> None:
    objects = engine.objects()
    killed(engine, operation, at)
    assert_swept(engine, objects)


@pytest.mark.parametrize(("operation", "at"), [("create_cluster", 1), ("upgrade_cluster", 2)])
def test_a_run_that_is_killed_within_the_engine_can_go_on(
    engine: WithEngine, operation: str, at: int
) -> None:
    objects = engine.objects()
    killed(engine, operation, at)
    engine.command("--resume")
    assert engine.objects() == objects
    assert engine.journal()["over"] is True


def test_a_real_cluster_answers_what_is_asked_of_one(dev: Platform) -> None:
    layers: dict[str, Any] = stack_file("dev")
    asked = layers["network:cluster"]
    ranges = (
        layers["network:external"]["vpc"]["ipRange"], asked["podRange"], asked["serviceRange"],
    )  # fmt: skip
    told = json.loads(dev.run(sys.executable, "-c", ASKED, *ranges))
    assert set(told) == {question.code for question in cluster.QUESTIONS}
    unanswered = {code: why for code, (result, why) in told.items() if result is None}
    assert set(unanswered) <= NOT_HERE, unanswered
    assert "in the VPC, no node's" in told["api-endpoint"][0]
    assert "/25" in told["node-pod-range"][0]
    assert TEST_ZONE not in json.dumps(told)
