"""Faults without warning: a process that is killed, a node that is cut off."""

import json
import os
import signal
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.traffic_lab import TrafficLab


def kill(pod: Mapping[str, Any], program: str) -> None:
    """SIGKILL a program that runs in a pod."""
    for process in _processes(pod, program):
        os.kill(process, signal.SIGKILL)


@contextmanager
def hanging(pod: Mapping[str, Any], program: str) -> Generator[None]:
    """A program that runs in a pod does nothing within the block, and then goes on."""
    with stopped(_processes(pod, program)):
        yield


@contextmanager
def stopped(processes: Sequence[int]) -> Generator[None]:
    """Processes do nothing within the block, and then go on."""
    assert processes, "nobody to stop"
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def _processes(pod: Mapping[str, Any], program: str) -> list[int]:
    found = [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and _runs_in(folder, pod["metadata"]["uid"], program)
    ]
    assert found, f"{program} does not run in {pod['metadata']['name']}"
    return found


def _runs_in(process: Path, pod: str, program: str) -> bool:
    try:
        command = (process / "cmdline").read_bytes().partition(b"\0")[0].decode()
        return Path(command).name == program and pod in (process / "cgroup").read_text()
    except OSError:  # it has ended meanwhile
        return False


@contextmanager
def cut_off(traffic: TrafficLab, node: str) -> Generator[None]:
    """A node's wire is cut within the block; what runs on the node goes on, and knows nothing of it."""
    wire = _wire(traffic, node)
    traffic.run("ip", "link", "set", wire, "down")
    try:
        yield
    finally:
        traffic.run("ip", "link", "set", wire, "up")


def _wire(traffic: TrafficLab, node: str) -> str:
    """The router's end of a node's wire: the node's own end keeps addresses and routes."""
    places = json.loads(traffic.run("ip", "-json", "netns", "list"))
    (place,) = (each["name"] for each in places if each["name"].endswith(f"-{node}"))
    (inner,) = json.loads(traffic.run("ip", "-json", "-n", place, "link", "show", "eth0"))
    links = json.loads(traffic.run("ip", "-json", "link", "show"))
    (outer,) = (each["ifname"] for each in links if each["ifindex"] == inner["link_index"])
    return outer
