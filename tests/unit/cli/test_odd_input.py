"""What commands are given may be closed, full, or of another shape: one line, and no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from network.cli.hubble import of_agents
from network.cli.undeclared import pod_names, pods_by_owner, read
from network.cli.verdicts import of_line
from network.config.load import check
from tests import stacks
from tests.stacks import ROOT

NETWORK = [sys.executable, "-m", "network"]


def test_a_full_device_is_told_in_one_line() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123  a device
        done = subprocess.run(
            [*NETWORK, "plan", "--stack", "dev"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["undeclared", "reachability --folder -"])
def test_a_closed_standard_input_is_told_in_one_line(command: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec {' '.join(NETWORK)} {command} <&-"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("status", [None, {}, {"podIPs": None}, {"podIP": [1]}, {"podIPs": [{"ip": 7}]}])
def test_a_pod_without_an_address_yet_has_a_name_all_the_same(status: Any) -> None:
    pod = {"metadata": {"name": "a", "namespace": "b"}, "status": status}
    assert pod_names(json.dumps({"items": [pod]})) == {"b/a": "b/a"}


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"items": [{"metadata": {"name": "a", "namespace": "b"}, "status": {"podIPs": [1]}}]}'],
)
def test_what_is_no_list_of_pods_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="not a list of pods"):
        pod_names(text)


def test_a_line_that_is_no_verdict_is_none() -> None:
    assert of_line('{"a":' * 100_000) is None


def test_a_text_that_is_nested_too_deep_is_refused_like_any_other() -> None:
    raw = {**stacks.config_map("dev"), "network:environment": "[" * 100_000}
    assert [problem.location for problem in check(raw).problems][:1] == [("environment",)]


def test_an_output_for_several_stacks_needs_a_name_for_each() -> None:
    done = subprocess.run(
        [*NETWORK, "addresses", "--svg", os.devnull], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "put {stack} into its name" in done.stderr


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": None},
        {"labels": None, "ownerReferences": [{"name": "web"}]},
        {"ownerReferences": None},
    ],
)
def test_a_pod_without_labels_or_owners_is_one_all_the_same(metadata: dict[str, Any]) -> None:
    listed = json.dumps({"items": [{"metadata": {"name": "a", "namespace": "b", **metadata}}]})
    (pod,) = pods_by_owner(listed).values()
    assert pod.labels == {}
    with pytest.raises(ValueError, match="no pod of Cilium's agent"):
        of_agents(listed, "10m")


@pytest.mark.parametrize(
    "metadata",
    [
        {"namespace": ["b"]},
        {"name": 7},
        {"labels": {"app": ["x"]}},
        {"labels": "app=x"},
        {"ownerReferences": [{}]},
        {"ownerReferences": [{"name": 7}]},
    ],
)
def test_a_pod_with_something_else_for_names_is_told(metadata: dict[str, Any]) -> None:
    listed = json.dumps({"items": [{"metadata": {"name": "a", "namespace": "b", **metadata}}]})
    for read_pods in (pod_names, pods_by_owner):
        with pytest.raises(ValueError, match="not a list of pods"):
            read_pods(listed)


@pytest.mark.parametrize("port", [True, -1, 65536, 10**30, 80.0, "80"])
def test_a_port_that_is_none_names_no_connection(port: Any) -> None:
    verdict = of_line(verdict_to(port=port))
    assert verdict is not None
    assert verdict.connection is None


def test_a_line_with_an_endless_port_spoils_no_other() -> None:
    monitored = "Policy verdict log: flow 1 local EP ID 1, egress, action deny, match none, 10.0.0.1:1 -> "
    found = read([f"{monitored}10.0.0.2:{'9' * 5000} tcp", verdict_to()], {})
    assert sum(found.denied.values()) == 1


def test_names_with_marks_and_line_breaks_are_shown_and_proposed_as_text(tmp_path: Path) -> None:
    lines = tmp_path / "verdicts"
    lines.write_text(verdict_to(name="[/bold]x\n  evil: true\x1b[2J") + "\n")
    with lines.open() as given:
        done = subprocess.run(
            [*NETWORK, "undeclared", "--stack", "dev"],
            cwd=ROOT,
            stdin=given,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "200"},
        )
    assert done.returncode == 0, done.stderr
    assert "data/[/bold]x?  evil: true?[2J" in done.stdout
    assert "\x1b[2J" not in done.stdout


def test_a_narrow_table_loses_no_part_of_a_name() -> None:
    name = "a-workload-with-a-name-" + "x" * 60
    done = subprocess.run(
        [*NETWORK, "undeclared"],
        cwd=ROOT,
        input=verdict_to(name=name),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "60"},
    )
    assert "…" not in done.stdout
    assert done.stdout.count("x") >= 60


def verdict_to(name: str = "db", port: Any = 5432) -> str:
    """Return the verdict of a connection that was cut, as Hubble prints it."""
    flow = {
        "verdict": "DROPPED",
        "IP": {"source": "10.244.0.5", "destination": "10.244.0.6"},
        "l4": {"TCP": {"source_port": 40000, "destination_port": port}},
        "source": {"namespace": "legacy", "pod_name": "batch-1"},
        "destination": {"namespace": "data", "workloads": [{"name": name}]},
        "event_type": {"type": 5},
        "traffic_direction": "EGRESS",
        "policy_match_type": 0,
    }
    return json.dumps({"flow": flow})


def test_agents_and_a_server_are_not_asked_at_once() -> None:
    done = subprocess.run(
        [*NETWORK, "undeclared", "--live", "--server", "localhost:4245"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "give one of --live and --server\n")


def test_a_list_of_pods_with_a_mark_before_it_is_read(tmp_path: Path) -> None:
    pods = tmp_path / "pods.json"
    pods.write_text(json.dumps({"items": []}), encoding="utf-8-sig")
    done = subprocess.run(
        [*NETWORK, "undeclared", "--pods", pods],
        cwd=ROOT,
        input=verdict_to(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["dashboards", "--stack", "dev", "--output", ""],
        ["dashboards", "--stack="],
        ["undeclared", "--server", ""],
        ["check", "--stack", "dev", "--stack", ""],
    ],
)
def test_an_empty_value_is_none(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [*NETWORK, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is given an empty value" in done.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_folder_in_place_of_a_list_of_pods_is_told_in_plain_words(tmp_path: Path) -> None:
    done = subprocess.run(
        [*NETWORK, "undeclared", "--pods", tmp_path],
        cwd=ROOT,
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, f"{tmp_path} is a folder, where a file belongs\n")
