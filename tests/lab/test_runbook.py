"""Each row of the runbook: an interruption of its kind, then the commands of the book, literally.

They are played one after the other on one stack, with a real engine and without machines.
"""

import signal
import subprocess
from collections.abc import Iterator

import pytest

from lab.cloud.faults import Fault, inject, release
from lab.cloud.state import Kind
from tests.lab.patience import until
from tests.lab.rehearsal import EVERYTHING, LESS, Rehearsal, rehearsal
from tests.lab.runbook import MEND

pytestmark = pytest.mark.lab

MAKING = "What it was making"
THEN = ("Then, whatever it was", "Remove a twin")
PATIENCE = 600
"""Seconds for a run to come so far, on a machine that may be busy."""
UNREADABLE = "failed to load checkpoint"
NOT_FOUND = 4
"""jq's exit status when nothing fits."""
SMALL_ONES = ("create_node_pool", "create_firewall", "create_record")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """The one stack."""
    with rehearsal(tmp_path_factory.mktemp("runbook")) as stack:
        yield stack


@pytest.fixture
def nothing(stage: Rehearsal) -> Rehearsal:
    """The stack before its first `up`."""
    if stage.objects(Kind.VPC):
        stage.run("pulumi", "destroy", "--skip-preview")
    return stage


@pytest.fixture
def less(stage: Rehearsal) -> Rehearsal:
    """The stack without further pool, firewall and host, all of which its file declares."""
    stage.declare(LESS)
    stage.up()
    stage.declare(EVERYTHING)
    return stage


@pytest.fixture
def whole(stage: Rehearsal) -> Rehearsal:
    """The stack as its file declares it."""
    stage.up()
    return stage


def hang(stage: Rehearsal, *operations: str) -> None:
    """Let the next call of each operation hang: it is carried out once its caller has gone."""
    for operation in operations:
        inject(stage.account.store.folder, Fault(operation, hang=-1))


def under_way(stage: Rehearsal, *operations: str) -> None:
    """Wait until each operation hangs, and the engine has written that it is under way."""
    until(lambda: set(operations) <= stage.hanging(), f"{operations} are under way", PATIENCE)
    # A kill while other steps are written down is a row of its own.
    until(stage.rests, "the engine writes no more", PATIENCE)


def carried_out(stage: Rehearsal, *operations: str) -> None:
    """Wait until the calls that hung have been carried out, though their caller has gone."""
    for operation in operations:
        until(lambda each=operation: stage.done(each), f"{operation} was carried out", PATIENCE)
        release(stage.account.store.folder, operation)


def interrupt(process: "subprocess.Popen[str]") -> None:
    """Press Ctrl-C, and wait until the engine has taken notice of it."""
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert any("press ^C again" in line for line in process.stdout)


def killed_in(stage: Rehearsal, *operations: str, command: str = "up") -> None:
    """Kill a command of Pulumi's while its calls of these operations are under way."""
    stage.forget_calls()
    hang(stage, *operations)
    process = stage.start("pulumi", command, "--skip-preview")
    under_way(stage, *operations)
    stage.kill(process)
    carried_out(stage, *operations)


def free(stage: Rehearsal) -> None:
    """Free the stack after a kill, which may have come while the state was written."""
    if UNREADABLE in stage.run("pulumi", "stack", "export", status=None):
        stage.type(MEND)
    stage.type("Free the stack")


def pending(stage: Rehearsal) -> set[str]:
    """Names of what the book shows to have been in the making."""
    return {line.rpartition("::")[2] for line in stage.type(MAKING).splitlines()}


def test_killed_while_vpc_and_zone_were_made(nothing: Rehearsal) -> None:
    killed_in(nothing, "create_vpc", "create_domain")
    output = nothing.up(status=None)
    assert "the stack is currently locked" in output or UNREADABLE in output
    free(nothing)
    assert pending(nothing) == {"network"}
    nothing.type("VPC", "Zone", *THEN)
    nothing.assert_whole()


def test_killed_while_it_was_destroyed(whole: Rehearsal) -> None:
    killed_in(whole, "delete_cluster_dangerous", command="destroy")
    free(whole)
    whole.type("Destroy again")
    for kind in (Kind.VPC, Kind.CLUSTER, Kind.DOMAIN, Kind.FIREWALL, Kind.RECORD):
        assert whole.objects(kind) == []


def test_killed_while_the_cluster_was_made(nothing: Rehearsal) -> None:
    killed_in(nothing, "create_cluster")
    free(nothing)
    assert "cluster" in pending(nothing)
    nothing.type("Cluster", *THEN)
    nothing.assert_whole()


def test_a_cluster_that_does_not_run_is_not_adopted_but_deleted(nothing: Rehearsal) -> None:
    nothing.backend.failure = "no capacity"
    assert "no capacity" in nothing.up(status=1)
    nothing.backend.failure = None
    assert "already exists" in nothing.up(status=1)
    assert "error no capacity" in nothing.type("Cluster", status=NOT_FOUND)
    assert "kubernetesCluster" not in nothing.run("pulumi", "stack", "export")
    nothing.type("A cluster in state `error`")
    nothing.assert_whole()


def test_ctrl_c_once(less: Rehearsal) -> None:
    hang(less, *SMALL_ONES)
    process = less.start("pulumi", "up", "--skip-preview")
    under_way(less, *SMALL_ONES)
    interrupt(process)
    for operation in SMALL_ONES:
        release(less.account.store.folder, operation)
    process.communicate()
    assert pending(less) == set()
    less.type("Again")
    less.assert_whole()


def test_ctrl_c_twice_while_pool_firewall_and_record_were_made(less: Rehearsal) -> None:
    less.forget_calls()
    hang(less, *SMALL_ONES)
    process = less.start("pulumi", "up", "--skip-preview")
    under_way(less, *SMALL_ONES)
    interrupt(process)
    process.send_signal(signal.SIGINT)
    process.communicate()
    carried_out(less, *SMALL_ONES)
    free(less)
    assert pending(less) >= {"cluster-batch", "firewall", "records-host-shop"}
    less.type("Node pool", "Firewall", "Record", *THEN)
    less.assert_whole()


def test_an_answer_that_was_lost_leaves_a_pool_to_adopt_and_twins_to_remove(less: Rehearsal) -> None:
    for operation in SMALL_ONES:
        inject(less.account.store.folder, Fault(operation, lose_answer=True))
    less.up(status=None)
    less.type("Node pool", THEN[0])
    assert len(less.objects(Kind.FIREWALL)) == 2
    less.type(THEN[1])
    less.assert_whole()


def test_killed_while_the_state_was_written(whole: Rehearsal) -> None:
    """The engine writes the file and its attributes anew each time: either may be empty or cut off."""
    for file, kept in (("dev.json", 1000), ("dev.json", 0), ("dev.json.attrs", 0)):
        (damaged,) = (whole.backend_folder / "stacks" / "network").glob(file)
        damaged.write_bytes(damaged.read_bytes()[:kept])
        assert UNREADABLE in whole.up(status=None), (file, kept)
        whole.type(MEND)
        whole.run("pulumi", "stack", "export")
        whole.up()
    whole.type("Again")
    whole.assert_whole()


def test_an_update_that_was_refused_is_applied_by_the_next(less: Rehearsal) -> None:
    inject(less.account.store.folder, Fault("create_node_pool", status=422))
    less.up(status=1)
    less.type("Again")
    less.assert_whole()
