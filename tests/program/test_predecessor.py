"""How a cluster that replaces another one waits for it."""

import asyncio
from collections.abc import Sequence

import pulumi
import pytest

from network.components.cluster import predecessor
from network.components.cluster.account import AccountError, LiveCluster
from network.components.cluster.predecessor import Predecessor
from tests.program.recording import Run

OLD = LiveCluster("old", "network-dev", "1.36.1-do.0", "running")
GOING = LiveCluster("old", "network-dev", "1.36.1-do.0", "deleting")
OTHER = LiveCluster("other", "network-prod", "1.36.1-do.0", "running")
OVERLAP = "422 This range/size overlaps with another VPC network in your account: 10.0.0.0/16"
NAME = "422 a cluster with this name already exists"

Look = Sequence[LiveCluster] | AccountError


def again(
    looks: Sequence[Look], error: str = OVERLAP, operation: str = "create", before: LiveCluster | None = OLD
) -> bool:
    """Whether the engine shall try again; the account answers each look in turn, then as the last time."""
    left = list(looks)

    def clusters() -> Sequence[LiveCluster]:
        look = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(look, AccountError):
            raise look
        return look

    args = pulumi.ErrorHookArgs(
        "urn", "", "cluster", "type", failed_operation=operation, errors=[error, "old"]
    )
    return asyncio.run(Predecessor(clusters, before).again(args))


@pytest.mark.parametrize("error", [OVERLAP, NAME])
def test_a_creation_is_tried_again_once_the_old_cluster_is_gone(slept: list[float], error: str) -> None:
    assert again([[GOING, OTHER], [GOING, OTHER], [OTHER]], error)
    assert slept == [predecessor.INTERVAL] * 2


def test_an_old_cluster_that_is_not_listed_any_more_may_still_hold_its_ranges(slept: list[float]) -> None:
    assert again([[OTHER]])
    assert slept == [predecessor.INTERVAL]


def test_an_api_that_is_away_is_asked_again(slept: list[float]) -> None:
    assert again([AccountError("503"), [GOING], [OTHER]])
    assert len(slept) == 2


def test_a_cluster_that_stays_is_not_waited_for(slept: list[float]) -> None:
    assert not again([[OLD]], NAME)
    assert not again([[OTHER]], before=None)
    assert slept == []


@pytest.mark.parametrize(
    ("operation", "error"),
    [("update", OVERLAP), ("delete", OVERLAP), ("create", "422 invalid version slug"), ("create", "401")],
)
def test_what_waiting_does_not_help_fails_at_once(slept: list[float], operation: str, error: str) -> None:
    assert not again([[GOING]], error, operation)
    assert slept == []


def test_waiting_ends(slept: list[float]) -> None:
    assert not again([[GOING]])
    assert sum(slept) == predecessor.LONGEST


def test_waiting_ends_over_all_tries_together(slept: list[float]) -> None:
    args = pulumi.ErrorHookArgs("urn", "", "cluster", "type", failed_operation="create", errors=[OVERLAP])
    waiting = Predecessor(list, OLD)
    tries = 0
    while asyncio.run(waiting.again(args)):
        tries += 1
    assert tries == predecessor.LONGEST / predecessor.INTERVAL < ENGINES_TRIES
    assert sum(slept) == predecessor.LONGEST


ENGINES_TRIES = 100
"""How often the engine (3.274) tries one operation."""


def test_no_hook_keeps_destroy_from_running_without_the_program(update: Run) -> None:
    for each in update.declared:
        if not each.read:
            assert not each.request.hooks.before_delete, each.urn
            assert not each.request.hooks.after_delete, each.urn


def test_the_cluster_has_the_hook(update: Run) -> None:
    (cluster,) = update.of("digitalocean:index/kubernetesCluster:KubernetesCluster")
    assert list(cluster.request.hooks.on_error) == ["cluster-after-its-predecessor"]
