"""Control groups: one group is a directory in every mounted hierarchy (v1, hybrid or pure v2)."""

import os
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from lab.machine.spec import MachineError
from lab.toolbox.waiting import until

_NEEDED_BY_PODS = {"cpu", "memory", "pids"}


@dataclass(frozen=True)
class Hierarchy:
    """One mounted cgroup hierarchy, with the cgroup of the process that it was read for."""

    controllers: tuple[str, ...]
    """As in /proc/<pid>/cgroup; empty for v2."""
    mount: Path
    own: Path

    @property
    def mount_arguments(self) -> tuple[str, ...]:
        """The arguments of `mount` that show this hierarchy once more."""
        if not self.controllers:
            return ("-t", "cgroup2", "cgroup2")
        options = ",".join(self.controllers)
        named = options.startswith("name=")
        return ("-t", "cgroup", "-o", f"none,{options}" if named else options, "cgroup")


def parse_hierarchies(membership: str, mountinfo: str) -> tuple[Hierarchy, ...]:
    """Read /proc/<pid>/cgroup and /proc/<pid>/mountinfo; hierarchies without a mount are left out.

    A mount may show only a part of its hierarchy (its root field); memberships are relative to it.
    """
    found: list[Hierarchy] = []
    for line in membership.splitlines():
        _, joined, path = line.split(":", 2)
        controllers = tuple(joined.split(",")) if joined else ()
        for entry in mountinfo.splitlines():
            left, right = entry.split(" - ", 1)
            kind, _, options = right.split(" ")[:3]
            if controllers:
                matches = kind == "cgroup" and set(controllers) <= set(options.split(","))
            else:
                matches = kind == "cgroup2"
            if not matches:
                continue
            root, mount = left.split(" ")[3:5]
            relative = PurePosixPath(os.path.relpath(path, root))
            inside = "." if ".." in relative.parts else relative
            found.append(Hierarchy(controllers, Path(mount), Path(mount) / inside))
            break
    return tuple(found)


def current_hierarchies() -> tuple[Hierarchy, ...]:
    """The hierarchies that the calling process sees."""
    process = Path("/proc/self")
    return parse_hierarchies((process / "cgroup").read_text(), (process / "mountinfo").read_text())


@dataclass(frozen=True)
class Group:
    """The same cgroup in every hierarchy."""

    directories: tuple[Path, ...]

    def child(self, name: str) -> "Group":
        """The group `name` below this one."""
        return Group(tuple(directory / name for directory in self.directories))

    @property
    def parent(self) -> "Group":
        """The group above this one."""
        return Group(tuple(directory.parent for directory in self.directories))

    def create(self) -> None:
        """Make the directories; harmless when they exist."""
        for directory in self.directories:
            directory.mkdir(exist_ok=True)
            # v1 gives a new cpuset no processor and no memory: nothing could enter it.
            for name in ("cpuset.cpus", "cpuset.mems"):
                setting = directory / name
                if _is_v1(directory) and setting.exists() and not setting.read_text().strip():
                    setting.write_text((directory.parent / name).read_text())

    def delegate(self) -> None:
        """Let child groups limit resources (v2); this group must then hold no process itself."""
        for directory in self.directories:
            if not _is_v1(directory):
                _enable_controllers(directory)

    def enter(self) -> None:
        """Move the calling process into this group."""
        for directory in self.directories:
            (directory / "cgroup.procs").write_text("0")

    def populated(self) -> bool:
        """Whether a process is in this group or below it."""
        return any(
            procs.read_text().strip()
            for directory in self.directories
            for procs in directory.rglob("cgroup.procs")
        )

    def remove(self, timeout: float = 15.0) -> None:
        """Remove this group and all below it, waiting up to `timeout` seconds for ending processes.

        Raises MachineError if processes remain.
        """
        deadline = time.monotonic() + timeout
        for directory in self.directories:
            if not until(partial(_remove_tree, directory), deadline - time.monotonic(), pause=0.05):
                raise MachineError(
                    f"control group {directory} is still in use: processes of an earlier run "
                    f"have not ended; see {directory}/cgroup.procs and end them"
                )


def own_group() -> Group:
    """The group of the calling process."""
    return Group(tuple(hierarchy.own for hierarchy in current_hierarchies()))


def base_group() -> Group:
    """The group below which the lab may make its own.

    That is the caller's own group. Under v2, a group with processes cannot hand controllers to its
    children; where the caller's is such a group, the hierarchy's root takes its place.
    """
    directories: list[Path] = []
    for hierarchy in current_hierarchies():
        base = hierarchy.own
        if not hierarchy.controllers and not _hands_down_controllers(base):
            base = hierarchy.mount
            _hands_down_controllers(base)
        directories.append(base)
    return Group(tuple(directories))


def _is_v1(directory: Path) -> bool:
    return not (directory / "cgroup.controllers").exists()


def _available(directory: Path) -> set[str]:
    return set((directory / "cgroup.controllers").read_text().split())


def _enable_controllers(directory: Path) -> None:
    control = directory / "cgroup.subtree_control"
    missing = _available(directory) - set(control.read_text().split())
    if missing:
        control.write_text(" ".join(f"+{name}" for name in sorted(missing)))


def _hands_down_controllers(directory: Path) -> bool:
    try:
        _enable_controllers(directory)
    except OSError:
        handed = set((directory / "cgroup.subtree_control").read_text().split())
        return handed >= _NEEDED_BY_PODS
    return True


def _remove_tree(directory: Path) -> bool:
    """Try once to remove a cgroup directory and those below; whether nothing is left."""
    if not directory.exists():
        return True
    below = [Path(path) for path, _, _ in os.walk(directory, topdown=False)]
    for path in below:
        try:
            path.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True
