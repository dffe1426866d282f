"""`network accept` as a real process on a simulated account: whole, killed at any moment, past its end."""

import json
import os
import re
import signal
import time
from datetime import timedelta
from typing import Any

import pytest

from lab.cloud.cloud import calls
from lab.cloud.faults import Fault, inject, release
from lab.cloud.state import Kind
from network.acceptance.gate import most
from network.acceptance.run import now
from network.acceptance.steps import NAMES
from network.config.droplets import DOLLARS
from tests.unit.acceptance.others import TEST_ZONE
from tests.unit.acceptance.served import PATIENCE, Served

# Real processes, minutes of processor time; they need neither parts nor root.
pytestmark = [pytest.mark.lab, pytest.mark.campaign]

MOMENTS = (
    ("create_project", 1),
    ("create_record", 1),
    ("create_record", 3),
    ("create_vpc", 1),
    ("create_domain", 1),
    ("create_cluster", 1),
    ("create_load_balancer", 1),
    ("create_record", 4),
    ("assign_project_resources", 1),
    ("delete_vpc", 1),
    ("create_load_balancer", 2),
    ("delete_node", 1),
    ("upgrade_cluster", 2),
    ("delete_cluster_dangerous", 1),
    ("delete_project", 1),
)
"""Calls in which a run hangs when it is killed, its own or Pulumi's, and which of that name it is. The call
itself is carried out after the kill, as one that was under way. The first VPC that is deleted is a probe's,
and so is the second load balancer; the first upgrade is one to the same version."""


def killed(served: Served, operation: str, at: int) -> None:
    """Begin a run, and kill it in a call."""
    folder = served.cloud.store.folder
    if at > 1:
        inject(folder, Fault(operation, times=at - 1))
    inject(folder, Fault(operation, hang=-1))
    process = served.start(*served.agreed())
    end = time.monotonic() + PATIENCE
    while not served.hanging(operation):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    release(folder, operation)


def assert_swept(served: Served, objects: Any) -> None:
    done = served.command("--sweep", "--run", served.run, "--format", "json")
    assert served.objects() == objects, done.stderr
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["over"] is True
    assert served.journal()["over"] is True
    assert not (served.runs / served.run / "state").exists()


@pytest.mark.parametrize(("operation", "at"), MOMENTS)
def test_a_run_that_is_killed_at_any_moment_is_swept(served: Served, operation: str, at: int) -> None:
    objects = served.objects()
    killed(served, operation, at)
    assert_swept(served, objects)


def test_a_whole_run_answers_what_it_can_and_leaves_the_account_as_before(served: Served) -> None:
    objects = served.objects()
    done = served.command(*served.agreed())
    told = json.loads(done.stdout)
    assert served.objects() == objects
    # No cluster answers here: what needs one could not be looked at, and nothing differs.
    assert (done.returncode, told["verdicts"]["differs"]) == (2, 0), told["findings"]
    unseen = {each["code"] for each in told["findings"] if each["verdict"] == "could not look"}
    assert unseen == {"backend", "replace", "upgrade"}
    answered = {row["code"]: row["result"] for row in told["questions"] if row["result"] is not None}
    assert answered["cluster-ranges"].endswith("as asked")
    assert answered["equal-records"] == "60 and 120 became 120, 120"
    assert answered["vpc-with-members"].startswith("refused: 409")
    assert answered["addresses-stay"].startswith("the same")
    assert all(row["why"] for row in told["questions"] if row["result"] is None)
    assert list(served.journal()["ended"]) == list(NAMES)
    node = [call for call in calls(served.cloud.store.folder) if call.operation == "delete_node"]
    assert len(node) == 1
    raised = [call for call in calls(served.cloud.store.folder) if call.operation == "upgrade_cluster"]
    assert [(call.body["version"], call.status) for call in raised] == [
        ("1.35.4-do.0", 422),
        ("1.36.4-do.0", 202),
    ]


@pytest.mark.parametrize(
    ("operation", "at"), [("create_record", 3), ("create_load_balancer", 1), ("delete_node", 1)]
)
def test_a_killed_run_goes_on_where_it_was(served: Served, operation: str, at: int) -> None:
    objects = served.objects()
    killed(served, operation, at)
    before = served.journal()
    done = served.command("--resume", "--format", "json")
    assert served.objects() == objects, done.stderr
    assert json.loads(done.stdout)["verdicts"]["differs"] == 0
    after = served.journal()
    assert list(after["ended"]) == list(NAMES)
    assert {step: after["ended"][step] for step in before["ended"]} == before["ended"], "done once"


def test_what_is_left_at_the_end_is_swept_by_the_watchdog(served: Served) -> None:
    objects = served.objects()
    killed(served, "create_vpc", 1)
    file = served.runs / served.run / "journal.json"
    watchdog = int((file.parent / "watchdog").read_text())
    os.kill(watchdog, signal.SIGKILL)
    journal = served.journal()
    journal["run"]["until"] = (now() - timedelta(minutes=1)).isoformat()
    file.write_text(json.dumps(journal))
    done = served.command("--sweep", "--at-deadline", "--run", served.run)
    assert done.returncode == 0, done.stdout
    assert served.objects() == objects


def test_nothing_is_made_unless_all_is_agreed_to(served: Served) -> None:
    objects = served.objects()
    until = now() + timedelta(hours=2)
    cost = most(DOLLARS["s-2vcpu-4gb"], now(), until)
    asked = ["--zone", TEST_ZONE, "--email", "platform@webgrip.nl"]
    done = served.command(*asked, "--until", until.isoformat())
    assert done.returncode == 2
    assert re.search(rf"agree to it by --dollars {re.escape(cost)}", done.stderr)
    assert served.objects() == objects
    assert not [call for call in calls(served.cloud.store.folder) if call.method != "GET"]
    assert not served.runs.exists()


def test_a_sweep_needs_the_right_account_and_a_name(crowded: Served) -> None:
    elsewhere = crowded.command("--sweep", "--run", "a2b3c4d5e7", account="5a5a")
    assert elsewhere.returncode == 2
    assert "--account is 5a5a" in elsewhere.stderr
    crowded.cloud.call("POST", "/v2/vpcs", {"name": "network-accept-a2b3c4d5e8-x", "region": "ams3"})
    unnamed = crowded.command("--sweep")
    assert unnamed.returncode == 2
    assert "a2b3c4d5e7, a2b3c4d5e8" in unnamed.stderr
    named = crowded.command("--sweep", "--run", "a2b3c4d5e8")
    assert named.returncode == 0
    names = [each["name"] for each in crowded.objects()[Kind.VPC].values()]
    assert "network-accept-a2b3c4d5e8-x" not in names
    assert "network-accept-a2b3c4d5e7" in names
