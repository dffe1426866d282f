"""A node from the inside: `python -m lab.machine.node_init PLAN`.

The outer process keeps the node: it makes the control group and the namespaces and stays until the
node ends. Inside, PID 1 reaps, and its child mounts what a machine of its own would have, imports
the images and supervises the node's processes.
"""

import json
import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.machine import namespaces
from lab.machine.cgroups import Group, current_hierarchies, own_group
from lab.machine.process import Supervisor
from lab.machine.spec import MachineError
from lab.toolbox.waiting import until

CNI_FOLDER = "/run/cni"
"""Where a node's containerd looks for the network configuration."""

_OWN_FOLDERS = {"var-lib": "/var/lib", "var-log": "/var/log"}

# What a kubelet sets on a machine it owns. This machine's own values stay: the kubelet finds these
# files in their place.
_MACHINE_SYSCTLS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


@dataclass(frozen=True)
class Command:
    """A process of the node, with what it needs in its environment."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class NodePlan:
    """Everything that a node does, decided outside."""

    name: str
    cgroup: str
    network: str
    """The handle of the node's network namespace."""
    folder: str
    """The node's files: what must outlive it is below."""
    logs: str
    path: str
    """PATH of its processes."""
    runtime: Command
    """containerd; the others start when the images are in its store."""
    runtime_socket: str
    image_client: str
    """The `ctr` command."""
    images: Sequence[str]
    api_server: tuple[str, int]
    """Address and port; the processes start when it listens."""
    processes: Sequence[Command]

    def write(self, file: Path) -> None:
        """Save as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1))

    @staticmethod
    def read(file: Path) -> "NodePlan":
        """Load what `write` saved."""
        data = json.loads(file.read_text())
        data["api_server"] = tuple(data["api_server"])
        data["runtime"] = Command(**data["runtime"])
        data["processes"] = [Command(**command) for command in data["processes"]]
        return NodePlan(**data)


def keep(plan: NodePlan) -> int:
    """Make the node and wait until it ends; SIGTERM ends it as a power failure would."""
    group = own_group().parent.child(plan.cgroup)
    group.remove()
    group.create()
    init = namespaces.start_first_process(lambda: _first_process(plan, group))
    signal.signal(signal.SIGTERM, lambda *_: os.kill(init, signal.SIGKILL))
    status = namespaces.wait_for(init)
    group.remove()
    return status


def _first_process(plan: NodePlan, group: Group) -> int:
    group.enter()
    namespaces.join_network(Path(plan.network))
    namespaces.unshare(namespaces.NEW_MOUNT | namespaces.NEW_CGROUP | namespaces.NEW_UTS | namespaces.NEW_IPC)
    # Under v2 only a group without processes can limit those below it.
    leaf = group.child("node")
    leaf.create()
    leaf.enter()
    group.delegate()
    _mount_machine(plan)
    return namespaces.run_and_reap(lambda: _live(plan))


def _mount_machine(plan: NodePlan) -> None:
    folder = Path(plan.folder)
    hierarchies = current_hierarchies()
    _mount("--make-rprivate", "/")
    _mount("-t", "proc", "proc", "/proc")
    _mount("--make-rshared", "/")
    socket.sethostname(plan.name)
    _mount("-t", "sysfs", "sysfs", "/sys")
    pure_v2 = len(hierarchies) == 1 and not hierarchies[0].controllers
    if not pure_v2:
        _mount("-t", "tmpfs", "cgroup", "/sys/fs/cgroup")
    for hierarchy in hierarchies:
        _mount(*hierarchy.mount_arguments, str(hierarchy.mount), make=not pure_v2)
    _mount("-t", "bpf", "bpf", "/sys/fs/bpf")
    _mount("-t", "tmpfs", "tmpfs", "/run")
    # Below the node's own cgroup namespace, so that Cilium never attaches to the machine's root.
    _mount("-t", "cgroup2", "none", "/run/cilium/cgroupv2", make=True)
    Path("/run/netns").mkdir()
    # A filesystem of its own, fresh at each boot: containerd misses a file that the agent renames
    # into it within one filesystem, and pods must wait for an agent that is ready.
    _mount("-t", "tmpfs", "tmpfs", CNI_FOLDER, make=True)
    for name, target in _OWN_FOLDERS.items():
        (folder / name).mkdir(exist_ok=True)
        _mount("--bind", str(folder / name), target)
    _protect_sysctls(folder / "sysctl")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def _protect_sysctls(folder: Path) -> None:
    _mount("--bind", "/proc/sys/kernel", "/proc/sys/kernel")
    _mount("-o", "remount,ro,bind", "/proc/sys/kernel")
    for setting, value in _MACHINE_SYSCTLS.items():
        file = folder / setting
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value + "\n")
        _mount("--bind", str(file), f"/proc/sys/{setting}")


def _mount(*arguments: str, make: bool = False) -> None:
    if make:
        Path(arguments[-1]).mkdir(parents=True, exist_ok=True)
    subprocess.run(("mount", *arguments), check=True)


def _live(plan: NodePlan) -> int:
    """The node's life: it ends only with the namespace."""
    supervisor = Supervisor(Path(plan.logs))
    _ensure(supervisor, plan, plan.runtime)
    _await_listener(socket.AF_UNIX, plan.runtime_socket)
    _import_images(plan)
    # A kubelet that finds no API server pauses for seconds before it registers.
    _await_listener(socket.AF_INET, plan.api_server)
    for command in plan.processes:
        _ensure(supervisor, plan, command)
    while True:
        signal.pause()


def _ensure(supervisor: Supervisor, plan: NodePlan, command: Command) -> None:
    environment = {"PATH": plan.path, **command.environment}
    supervisor.ensure(command.name, command.arguments, environment)


def _await_listener(family: socket.AddressFamily, address: str | tuple[str, int]) -> None:
    def listens() -> bool:
        with socket.socket(family) as client:
            return client.connect_ex(address) == 0

    until(listens, math.inf)


def _import_images(plan: NodePlan) -> None:
    """Bring the images into containerd's store, except those an earlier start brought there."""
    record = Path(plan.folder, "imported.json")
    imported: dict[str, list[int]] = json.loads(record.read_text()) if record.exists() else {}
    present = {image: _version(Path(image)) for image in plan.images}
    missing = [image for image, version in present.items() if imported.get(image) != version]
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda image: _import(plan, image), missing))
    record.write_text(json.dumps(present))


def _import(plan: NodePlan, image: str) -> None:
    command = (plan.image_client, "--address", plan.runtime_socket, "--namespace", "k8s.io",
               "images", "import", "--snapshotter", "overlayfs", image)  # fmt: skip
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode != 0:
        raise MachineError(f"node {plan.name} cannot import {image}: {result.stderr.strip()}")


def _version(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_size, status.st_mtime_ns]


if __name__ == "__main__":
    sys.exit(keep(NodePlan.read(Path(sys.argv[1]))))
