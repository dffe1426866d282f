"""Control groups on the three kinds of machines: v1, hybrid, pure v2."""

from pathlib import Path

from lab.machine.cgroups import Group, Hierarchy, parse_hierarchies

HYBRID_MEMBERSHIP = """\
9:name=systemd:/
4:memory:/jobs/7
2:cpu,cpuacct:/
0::/
"""
HYBRID_MOUNTS = """\
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
36 31 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""


def test_a_hybrid_machine_has_each_v1_hierarchy_and_the_unified_one() -> None:
    base = Path("/sys/fs/cgroup")
    assert parse_hierarchies(HYBRID_MEMBERSHIP, HYBRID_MOUNTS) == (
        Hierarchy(("name=systemd",), base / "systemd", base / "systemd"),
        Hierarchy(("memory",), base / "memory", base / "memory/jobs/7"),
        Hierarchy(("cpu", "cpuacct"), base / "cpu,cpuacct", base / "cpu,cpuacct"),
        Hierarchy((), base / "unified", base / "unified"),
    )


def test_a_v2_machine_has_one_hierarchy() -> None:
    mounts = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    (only,) = parse_hierarchies("0::/user.slice/session-1.scope\n", mounts)
    assert only.own == Path("/sys/fs/cgroup/user.slice/session-1.scope")
    assert only.mount_arguments == ("-t", "cgroup2", "cgroup2")


def test_a_membership_is_relative_to_the_part_that_a_mount_shows() -> None:
    mounts = "36 31 0:33 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    (memory,) = parse_hierarchies("4:memory:/docker/abc/inner\n", mounts)
    assert memory.own == Path("/sys/fs/cgroup/memory/inner")


def test_a_membership_outside_of_what_a_mount_shows_is_its_top() -> None:
    mounts = "36 31 0:33 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    (memory,) = parse_hierarchies("4:memory:/elsewhere\n", mounts)
    assert memory.own == Path("/sys/fs/cgroup/memory")


def test_a_hierarchy_without_a_mount_is_left_out() -> None:
    assert parse_hierarchies("5:devices:/\n", HYBRID_MOUNTS) == ()


def test_a_named_hierarchy_is_mounted_without_controllers() -> None:
    systemd = Hierarchy(("name=systemd",), Path("/x"), Path("/x"))
    assert systemd.mount_arguments == ("-t", "cgroup", "-o", "none,name=systemd", "cgroup")


def test_a_new_v1_cpuset_takes_its_parents_processors(tmp_path: Path) -> None:
    for folder, cpus in ((tmp_path, "0-1\n"), (tmp_path / "child", "\n")):
        folder.mkdir(exist_ok=True)
        (folder / "cpuset.cpus").write_text(cpus)
    Group((tmp_path,)).child("child").create()
    assert (tmp_path / "child" / "cpuset.cpus").read_text() == "0-1\n"


def test_delegation_under_v2_hands_down_every_controller_not_yet_handed_down(
    tmp_path: Path,
) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    (tmp_path / "cgroup.subtree_control").write_text("cpu\n")
    Group((tmp_path,)).delegate()
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_removal_goes_from_the_leaves_to_the_top(tmp_path: Path) -> None:
    top = tmp_path / "lab"
    (top / "node" / "kubepods").mkdir(parents=True)
    Group((top,)).remove()
    assert not top.exists()
