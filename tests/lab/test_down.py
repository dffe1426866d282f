"""`make down` leaves files in cache and state, and nothing else."""

import subprocess
from pathlib import Path

import pytest

from tests.lab.platform import Platform

pytestmark = pytest.mark.lab


def machine() -> dict[str, set[str]]:
    """What a lab could leave on the machine."""
    return {
        "network namespaces": set(
            subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout.split()
        ),
        "links": {each.name for each in Path("/sys/class/net").iterdir()},
        "mounts": set(Path("/proc/self/mounts").read_text().splitlines()),
        "control groups": {str(each) for each in Path("/sys/fs/cgroup").rglob("lab-*") if each.is_dir()},
        "programs": {
            command
            for each in Path("/proc").iterdir()
            if each.name.isdigit()
            and (command := _command(each))
            and any(
                name in command
                for name in ("kube", "etcd", "containerd", "cilium-agent", "haproxy", "pebble", "lab.daemon")
            )
        },
    }


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def test_down_leaves_no_process_namespace_mount_or_control_group(fresh: Platform) -> None:
    before = machine()
    fresh.lab("up")
    assert machine()["programs"] > before["programs"]
    fresh.lab("down")
    assert machine() == before
