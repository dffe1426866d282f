"""A real cluster's whole life: two nodes, faults, a stop, a kill, recovery, nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.machine.sandbox import Record, is_running, sandbox_command
from lab.paths import project_dir
from tests.lab import supplies

pytestmark = pytest.mark.lab

NAME = "cluster-test"


@dataclass(frozen=True)
class Life:
    """What was observed in the first run, in the one after its kill, and of the machine around."""

    first: dict[str, Any]
    second: dict[str, Any]
    machine_before: dict[str, list[str]]
    machine_after: dict[str, list[str]]
    record: Path


def begin(record: Path, folder: Path, act: str) -> subprocess.Popen[str]:
    scenario = (sys.executable, "-m", "tests.lab.cluster_scenario", act, str(folder))
    return subprocess.Popen(
        sandbox_command(record, NAME, scenario),
        stdout=subprocess.PIPE,
        text=True,
        cwd=project_dir(),
        env={**os.environ, "PYTHONPATH": str(project_dir())},
    )


def observation(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout
    line = process.stdout.readline()
    assert line, "the scenario ended without a result; its last words are above"
    return json.loads(line)


def machine(folder: Path) -> dict[str, list[str]]:
    """What a lab could leave on the machine around it; processes: those that use the folder."""
    using = [
        process.name
        for process in Path("/proc").iterdir()
        if process.name.isdigit()
        and str(folder).encode() in _command_line(process)
        and int(process.name) != os.getpid()
    ]
    return {
        "processes": using,
        "mounts": sorted(Path("/proc/self/mounts").read_text().splitlines()),
        "links": sorted(name for _, name in socket.if_nameindex()),
        "control groups": [str(path) for path in Path("/sys/fs/cgroup").rglob(f"lab-{NAME}-*")],
    }


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    supplies.images()
    base = tmp_path_factory.mktemp("lab")
    record, folder = base / "sandbox.json", base / "cluster"
    before = machine(base)
    process = begin(record, folder, "live")
    try:
        first = observation(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = begin(record, folder, "recover")
        second = observation(process)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    return Life(first, second, before, machine(base), record)


def test_both_nodes_are_ready_and_labelled_as_on_doks(life: Life) -> None:
    assert life.first["healthy"]
    assert sorted(life.first["nodes"]) == ["pool-1", "pool-2"]
    assert life.first["nodes"]["pool-1"]["doks.digitalocean.com/node-pool"] == "pool"
    assert life.first["nodes"]["pool-2"]["topology.kubernetes.io/region"] == "ams3"


def test_a_pod_resolves_a_service_by_the_clusters_dns(life: Life) -> None:
    assert life.first["resolved"] == "10.43.0.1"


def test_a_pod_reaches_a_pod_on_the_other_node(life: Life) -> None:
    assert life.first["far"] == "OK"


def test_a_killed_api_server_comes_back_with_its_objects(life: Life) -> None:
    assert life.first["api server is another process"]
    assert life.first["client kept"]


def test_a_node_is_added_and_removed_with_its_object(life: Life) -> None:
    assert life.first["nodes after adding"] == ["pool-1", "pool-2", "pool-3"]
    assert life.first["nodes after removing"] == ["pool-1", "pool-2"]


@pytest.mark.parametrize(
    "kind",
    ["processes", "network namespaces", "links", "mounts", "routes", "control groups"],
)
def test_a_stop_leaves_nothing_in_the_sandbox(life: Life, kind: str) -> None:
    assert life.first["after stop"][kind] == life.first["before"][kind]
    assert life.second["after delete"][kind] == life.first["before"][kind]


def test_a_killed_lab_starts_again_with_the_same_objects(life: Life) -> None:
    assert life.second["client uid"] == life.first["client uid"]
    assert life.second["resolved"] == "10.43.0.10"


def test_nothing_is_left_on_the_machine(life: Life) -> None:
    assert life.machine_after == life.machine_before
    assert not is_running(life.record)
    assert Record.read(life.record) is None
