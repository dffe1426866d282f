"""What a lab could leave on the machine."""

import subprocess
from pathlib import Path

PROGRAMS = ("kube", "etcd", "containerd", "cilium-agent", "haproxy", "pebble", "lab.instance.daemon")


def traces() -> dict[str, set[str]]:
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
            and any(name in command for name in PROGRAMS)
        },
    }


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
