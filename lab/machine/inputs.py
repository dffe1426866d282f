"""What a cluster is given: folders of binaries, archives of images."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from lab.machine.spec import MachineError

Parts = Mapping[str, Path]
"""The folder of each part of `lab.parts`, by its name."""

NEEDED_PARTS = ("kubernetes", "containerd", "runc", "cni", "nft", "iptables", "iproute2")
"""What every cluster runs; on the PATH of a node's processes are these and those of the pod network."""


def find(parts: Parts, part: str, name: str) -> Path:
    """A file or folder of a part; MachineError if the part lacks it."""
    if part not in parts:
        raise MachineError(f"the cluster needs the part {part}: get it with `lab.parts`")
    path = parts[part] / name
    if not path.exists():
        raise MachineError(f"part {part} lacks {name} ({path}): remove its folder and get it again")
    return path


def image_named(images: Iterable[str], repository: str) -> str:
    """The one image whose repository ends in `repository`, whatever its registry and tag."""
    found = [name for name in images if name.split(":")[0].split("/")[-1] == repository]
    if len(found) != 1:
        raise MachineError(
            f"a cluster needs exactly one image {repository} among those it is given; "
            f"there are {len(found)}: {', '.join(found) or 'none'}"
        )
    return found[0]
