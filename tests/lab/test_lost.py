"""What is left when the state is lost, or the account, becomes a whole platform again by the commands of the
runbooks, literally (ADM-7): the real engine and the simulated account, without machines."""

from collections.abc import Iterator

import pytest

from lab.cloud.state import Kind
from tests.lab import runbook
from tests.lab.rehearsal import Rehearsal, rehearsal
from tests.stacks import ROOT

pytestmark = pytest.mark.lab

STATE = ROOT / "docs" / "runbooks" / "state-lost.md"
ACCOUNT = ROOT / "docs" / "runbooks" / "account-lost.md"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with rehearsal(tmp_path_factory.mktemp("lost")) as stack:
        stack.up()
        yield stack


def ids(stage: Rehearsal) -> set[str]:
    """Of networks and clusters."""
    return {each["id"] for kind in (Kind.VPC, Kind.CLUSTER) for each in stage.objects(kind)}


def typed(stage: Rehearsal, *blocks: str) -> str:
    return stage.run("bash", "-euo", "pipefail", "-c", "\n".join(blocks))


def test_a_lost_state_is_made_again_and_the_platform_stays(stage: Rehearsal) -> None:
    book = runbook.read(STATE)
    before = ids(stage)
    for file in (stage.backend_folder / "stacks" / "network").iterdir():
        file.unlink()
    typed(stage, *book["Begin a state"])
    stage.type("VPC", "Zone")
    typed(stage, *book["Take the network over"])
    stage.type("Cluster", "Node pool")
    typed(stage, *book["Take the cluster over"])
    stage.type("Remove a twin")
    stage.assert_whole()
    assert ids(stage) == before


def test_a_lost_account_is_followed_by_another_that_is_whole(stage: Rehearsal) -> None:
    before = ids(stage)
    with stage.account.store.change() as account:
        for kind in Kind:
            for key, each in list(account.objects.get(kind, {}).items()):
                if not each.get("default"):
                    account.drop(kind, key)
    typed(stage, *runbook.read(ACCOUNT)["Forget what is gone"])
    stage.assert_whole()
    assert ids(stage).isdisjoint(before)
