"""The default pool gets another size by the commands of its page, literally (ADM-7): the real engine and the
simulated account. What happens in the cluster meanwhile is in `traffic/test_steady_changes.py`."""

from collections.abc import Iterator
from typing import Any

import pytest

from lab.cloud.plugin.resources.pools import DEFAULT_TAG
from lab.cloud.state import Kind
from tests.lab.rehearsal import Rehearsal, rehearsal
from tests.stacks import ROOT

pytestmark = pytest.mark.lab

PAGE = ROOT / "docs" / "tasks" / "default-pool.md"
SIZE = "s-8vcpu-16gb"
"""What the page's block asks for."""
TOUCHING = ("Free the name", "Make the new pool")
AFTERWARDS = ("Move the mark", "Delete the old pool", "Write it down")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with rehearsal(tmp_path_factory.mktemp("pool")) as stack:
        stack.up()
        yield stack


def cluster(stage: Rehearsal) -> dict[str, Any]:
    (found,) = stage.objects(Kind.CLUSTER)
    return found


def pools(stage: Rehearsal) -> dict[str, tuple[str, bool]]:
    """Size and mark of each pool, by name."""
    return {
        each["name"]: (each["size"], DEFAULT_TAG in each["tags"]) for each in cluster(stage)["node_pools"]
    }


def test_until_the_mark_is_moved_there_is_a_way_back(stage: Rehearsal) -> None:
    before = cluster(stage)
    stage.type(*TOUCHING, page=PAGE)
    assert pools(stage)["default"] == (SIZE, False)
    stage.type("Back, before the mark is moved", page=PAGE)
    kept = cluster(stage)
    assert [each["id"] for each in kept["node_pools"]] == [each["id"] for each in before["node_pools"]]
    stage.run("pulumi", "preview", "--expect-no-changes")


def test_the_default_pool_has_another_size_in_the_same_cluster(stage: Rehearsal) -> None:
    before = cluster(stage)
    (old, *others) = before["node_pools"]
    stage.type(*TOUCHING, page=PAGE)
    said = stage.type(*AFTERWARDS, page=PAGE)
    after = cluster(stage)
    assert after["id"] == before["id"]
    assert pools(stage)["default"] == (SIZE, True)
    assert others == [each for each in after["node_pools"] if each["name"] != "default"]
    (new,) = [each for each in after["node_pools"] if each["name"] == "default"]
    for kept in ("count", "labels", "taints", "auto_scale", "min_nodes", "max_nodes"):
        assert new[kept] == old[kept], kept
    assert set(new["tags"]) == set(old["tags"])
    assert "no changes" in said.lower() or "unchanged" in said
