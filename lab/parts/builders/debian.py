"""Programs of the distribution: linked where they are, installed through apt-get where not."""

import os
import shutil
from pathlib import Path

from lab.parts.builders.command import run
from lab.parts.recipe import Debian, Part, PartError

_ADMIN_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where Debian puts administrators' programs; not on everyone's PATH."""


def which(command: str) -> Path | None:
    """A program on PATH or among the administrator's programs."""
    found = shutil.which(command, path=f"{os.environ.get('PATH', os.defpath)}:{_ADMIN_FOLDERS}")
    return Path(found) if found else None


def link(part: Part, recipe: Debian, folder: Path, log: Path) -> None:
    """Link the recipe's programs into the folder; install their package first if one is missing."""
    if any(which(command) is None for command in recipe.commands.values()):
        install(part, recipe.package, log)
    for name, command in recipe.commands.items():
        program = which(command)
        if program is None:
            raise PartError(
                f"part {part.name}: package {recipe.package} is installed, yet {command} is not on "
                f"PATH. Look for it with: dpkg -L {recipe.package}"
            )
        (folder / name).symlink_to(program)


def install(part: Part, package: str, log: Path) -> None:
    """Install a Debian package; PartError if this is not Debian or we are not root."""
    apt = which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise PartError(
            f"part {part.name} needs the Debian package {package}, and this run cannot install it. "
            f"As root: apt-get install --no-install-recommends {package}"
        )
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    run(part, [str(apt), "update"], log, environment=environment)
    run(
        part,
        [str(apt), "install", "--yes", "--no-install-recommends", package],
        log,
        environment=environment,
    )
