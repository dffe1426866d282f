"""The shared libraries of a program, so that an image can hold them."""

import re
import subprocess
from pathlib import Path

from lab.parts.recipe import PartError

_LINE = re.compile(r"^\s+(?:\S+ => )?(/\S+) \(0x", re.MULTILINE)
"""A library of ldd's list: `libm.so.6 => /lib/libm.so.6 (0x...)`; the loader stands without a name."""


def libraries(program: Path) -> dict[str, Path]:
    """Path -> file of every library that the program loads; PartError if one is missing."""
    listed = subprocess.run(
        ["ldd", str(program.resolve())], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if listed.returncode or "not found" in listed.stdout:
        raise PartError(f"{program} lacks shared libraries:\n{listed.stdout}{listed.stderr}")
    return {path: Path(path) for path in _LINE.findall(listed.stdout)}
