"""Sweeps of an account full of others' things, over HTTP, with everything that deletions meet."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterable

import pytest

from lab.cloud.cloud import Cloud, calls, log_file
from lab.cloud.faults import Fault, inject, release
from lab.cloud.state import Kind
from network.acceptance.sweep import Sweep, compared, look
from network.credentials.account import AccountToken
from network.live.account import Account
from network.live.changes import Changes, Patience
from network.live.finding import Finding, status
from tests.unit.acceptance.left import KINDS, NAME, leave
from tests.unit.acceptance.others import RUN, TEST_ZONE, fill_pages
from tests.unit.acceptance.served import Served

# Half a minute of processor time; they need neither parts nor root.
pytestmark = pytest.mark.lab

DELETIONS = (
    "delete_load_balancer", "delete_cluster_dangerous", "delete_volume", "delete_vpc_nat_gateway",
    "delete_vpc_peering", "delete_reserved_ip", "delete_droplet", "delete_endpoint", "delete_spaces_key",
    "delete_certificate", "delete_record", "delete_domain", "delete_uptime_check", "delete_firewall",
    "delete_vpc", "delete_tag", "delete_project",
)  # fmt: skip
QUICK = Patience(first=0.01, longest=0.05, whole=60, answer=20)


def changes_of(served: Served, patience: Patience = QUICK) -> Changes:
    return Changes(Account(AccountToken(served.cloud.store.account.token, "a test")), patience)


def sweep_of(served: Served, patience: Patience = QUICK, zone: str | None = TEST_ZONE) -> Sweep:
    return Sweep(changes_of(served, patience), RUN, zone, pause=0.01)


def before_of(served: Served) -> dict[tuple[str, str], str]:
    return {each.key: str(each) for each in look(changes_of(served), TEST_ZONE).things}


def swept(served: Served, patience: Patience = QUICK) -> list[Finding]:
    """Leave everything, sweep it, and hold the account against what it was."""
    objects, before = served.objects(), before_of(served)
    leave(served.cloud)
    sweep = sweep_of(served, patience)
    sweep.before = before
    found = sweep.sweep()
    assert served.objects() == objects
    return found


def codes(found: Iterable[Finding]) -> set[str]:
    return {each.code for each in found}


def each_deletion(cloud: Cloud, fault: Callable[[str], Fault]) -> None:
    for operation in DELETIONS:
        inject(cloud.store.folder, fault(operation))


def test_everything_of_a_run_goes_and_nothing_of_others(crowded: Served) -> None:
    fill_pages(crowded.cloud)
    found = swept(crowded)
    assert codes(found) == {"sweep-removed", "sweep-nothing-left"}
    assert status(found) == 0
    # The managed firewalls go with their cluster, so do its load balancer and its volume in another order.
    assert {each.subject.split(f" {NAME}")[0] for each in found if NAME in each.subject} <= KINDS
    deleted = {call.operation for call in calls(crowded.cloud.store.folder) if call.method == "DELETE"}
    assert set(DELETIONS) - deleted == set(), deleted


def test_no_call_of_a_sweep_names_a_thing_of_others(crowded: Served) -> None:
    theirs = {key for held in crowded.objects().values() for key in held}
    swept(crowded)
    for call in calls(crowded.cloud.store.folder):
        if call.method == "DELETE":
            assert not theirs & set(call.path.split("/")) - {TEST_ZONE, "tags"}, call.path


@pytest.mark.parametrize(
    "fault",
    [
        lambda operation: Fault(operation, times=2, status=409, message="in use"),
        lambda operation: Fault(operation, times=2, status=429, retry_after=0),
        lambda operation: Fault(operation, times=2, status=500),
        lambda operation: Fault(operation, lose_answer=True),
    ],
    ids=["in use", "too many calls", "an error of the API", "a lost answer"],
)
def test_deletions_that_pass_later_are_made_later(served: Served, fault: Callable[[str], Fault]) -> None:
    objects, before = served.objects(), before_of(served)
    leave(served.cloud)
    each_deletion(served.cloud, fault)
    sweep = sweep_of(served)
    sweep.before = before
    assert status(sweep.sweep()) == 0
    assert served.objects() == objects


def test_a_deletion_that_is_not_answered_in_time_is_made_again(served: Served) -> None:
    objects, before = served.objects(), before_of(served)
    leave(served.cloud)
    for operation in ("delete_cluster_dangerous", "delete_vpc"):
        inject(served.cloud.store.folder, Fault(operation, hang=-1))
    sweep = sweep_of(served, dataclasses.replace(QUICK, answer=0.7))
    sweep.before = before
    assert status(sweep.sweep()) == 0
    assert served.objects() == objects


def test_lists_that_fail_for_a_while_are_asked_again(served: Served) -> None:
    objects, before = served.objects(), before_of(served)
    leave(served.cloud)
    inject(served.cloud.store.folder, Fault("list_*", times=4, status=429))
    inject(served.cloud.store.folder, Fault("list_*", times=4, status=503))
    sweep = sweep_of(served)
    sweep.before = before
    assert status(sweep.sweep()) == 0
    assert served.objects() == objects


def test_a_vpc_waits_for_its_cluster_to_go(served: Served) -> None:
    objects, before = served.objects(), before_of(served)
    leave(served.cloud)
    backend = served.backend
    backend.gate.clear()
    threading.Timer(0.5, backend.gate.set).start()
    sweep = sweep_of(served)
    sweep.before = before
    assert status(sweep.sweep()) == 0
    assert served.objects() == objects


@pytest.mark.parametrize("refusal", [403, 422])
def test_what_cannot_be_deleted_is_told_and_the_rest_goes(served: Served, refusal: int) -> None:
    leave(served.cloud)
    inject(served.cloud.store.folder, Fault("delete_droplet", times=99, status=refusal, message="no"))
    brief = Patience(first=0.01, longest=0.02, whole=0.1, answer=2)
    found = sweep_of(served, brief).sweep()
    left = {each.subject for each in found if each.code == "sweep-left"}
    assert status(found) == 1
    assert any(subject.startswith(f"Droplet {NAME}-vpn") for subject in left)
    assert any(subject.startswith(f"VPC {NAME} ") for subject in left), "it has a member yet"
    assert not [each for each in served.cloud.store.account.all(Kind.CLUSTER) if each["name"] == NAME]
    release(served.cloud.store.folder, "delete_droplet")
    assert status(sweep_of(served).sweep()) == 0


def test_a_kind_that_may_not_be_listed_is_never_taken_for_empty(served: Served) -> None:
    leave(served.cloud)
    inject(served.cloud.store.folder, Fault("list_volumes", times=99, status=403, message="no scope"))
    found = sweep_of(served).sweep()
    assert status(found) == 2
    (unseen,) = (each for each in found if each.code == "sweep-unseen")
    assert unseen.subject == "volume"
    assert "block_storage:read" in unseen.found
    assert not [each for each in served.cloud.store.account.all(Kind.VPC) if each["name"] == NAME]


def test_the_id_of_a_run_is_enough(served: Served) -> None:
    objects = served.objects()
    leave(served.cloud)
    assert status(sweep_of(served, zone=None).sweep()) == 0
    after = served.objects()
    assert {kind: held for kind, held in after.items() if kind is not Kind.TAG} == {
        kind: held for kind, held in objects.items() if kind is not Kind.TAG
    }
    # Nobody knows whether these had been there before.
    assert set(after[Kind.TAG]) - set(objects[Kind.TAG]) == {"network", "k8s", "k8s:worker"}


def test_a_second_sweep_deletes_nothing(served: Served) -> None:
    swept(served)
    log_file(served.cloud.store.folder).unlink()
    found = sweep_of(served).sweep()
    assert codes(found) == {"sweep-nothing-left"}, found
    assert not [call for call in calls(served.cloud.store.folder) if call.method != "GET"]


def test_what_was_there_before_is_kept_whatever_it_is_called(served: Served) -> None:
    served.cloud.call("POST", "/v2/vpcs", {"name": f"{NAME}-old", "region": "ams3"})
    kept = swept(served)
    assert not [each for each in kept if f"{NAME}-old" in each.subject]


def test_what_arrives_during_a_sweep_goes_as_well(served: Served) -> None:
    objects, before = served.objects(), before_of(served)
    leave(served.cloud)
    sweep = sweep_of(served)
    sweep.before = before
    arrived = threading.Event()

    def late(text: str) -> None:
        if "project" in text and not arrived.is_set():
            arrived.set()
            served.cloud.call("POST", "/v2/vpcs", {"name": f"{NAME}-late", "region": "ams3"})

    sweep.say = late
    assert status(sweep.sweep()) == 0
    assert arrived.is_set()
    assert served.objects() == objects


def test_what_a_cluster_has_left_is_known_after_it_has_gone(served: Served) -> None:
    objects, before = served.objects(), before_of(served)
    cluster = leave(served.cloud)
    served.cloud.call("DELETE", f"/v2/kubernetes/clusters/{cluster}")
    served.cloud.fleet.settle(5)
    sweep = sweep_of(served)
    sweep.before, sweep.clusters = before, {cluster}
    found = sweep.sweep()
    assert "volume pvc-1" in {each.subject.split(" (")[0] for each in found}
    assert served.objects() == objects


def test_clusters_are_told_before_they_go(served: Served) -> None:
    cluster = leave(served.cloud)
    sweep = sweep_of(served)
    told: list[str] = []
    sweep.saw_cluster = told.append
    sweep.sweep()
    assert told == [cluster]


def test_an_account_that_differs_is_told_thing_by_thing(served: Served) -> None:
    before = before_of(served)
    mine = served.cloud.call("POST", "/v2/vpcs", {"name": "theirs", "region": "ams3"})[1]["vpc"]["id"]
    served.cloud.call("DELETE", "/v2/tags/tag-1")
    found = compared(before, look(changes_of(served), TEST_ZONE))
    assert {(each.subject, each.found) for each in found} == {
        (f"VPC theirs ({mine})", "it was not there before"),
        ("tag tag-1", "it is gone"),
    }
    assert status(found) == 1


def test_an_account_that_cannot_be_seen_is_not_as_before(served: Served) -> None:
    before = before_of(served)
    inject(served.cloud.store.folder, Fault("list_vpcs", times=99, status=403))
    found = compared(before, look(changes_of(served), TEST_ZONE))
    assert {each.verdict for each in found} == {"could not look"}
    assert status(found) == 2


def test_patience_ends(served: Served) -> None:
    inject(served.cloud.store.folder, Fault("delete_tag", times=99, status=500))
    began = time.monotonic()
    sweep = sweep_of(served, Patience(first=0.01, longest=0.02, whole=0.2, answer=2))
    served.cloud.call("POST", "/v2/tags", {"name": f"environment:accept-{RUN}"})
    assert status(sweep.sweep()) == 1
    assert time.monotonic() - began < 60
