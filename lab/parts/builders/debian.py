"""Programs of the distribution: linked where they are, installed or unpacked through apt-get where not."""

import os
import shutil
from collections.abc import Sequence
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
    """Link the recipe's programs into the folder; get their package first if one is missing."""
    if any(which(command) is None for command in recipe.commands.values()):
        if recipe.apart:
            _unpack(part, recipe, folder, log)
            return
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
    _apt(part, package, (), log)


def _unpack(part: Part, recipe: Debian, folder: Path, log: Path) -> None:
    """Unpack a package, and those that it needs and this machine lacks, without installing any."""
    archives, root = folder / "archives", folder / "root"
    (archives / "partial").mkdir(parents=True)
    _apt(part, recipe.package, ("--download-only", f"--option=Dir::Cache::archives={archives}"), log)
    for archive in sorted(archives.glob("*.deb")):
        run(part, ["dpkg-deb", "--extract", str(archive), str(root)], log)
    shutil.rmtree(archives)
    for name, command in recipe.commands.items():
        program = next(root.glob(f"usr/*bin/{command}"), None)
        if program is None:
            raise PartError(f"part {part.name}: package {recipe.package} has no program {command}")
        (folder / name).write_text(
            "#!/bin/sh\n"
            f'root="$(dirname "$(readlink -f "$0")")/{root.name}"\n'
            'export LD_LIBRARY_PATH="$(echo "$root"/usr/lib/*-linux-gnu)"\n'
            f'exec "$root/{program.relative_to(root)}" "$@"\n'
        )
        (folder / name).chmod(0o755)


def _apt(part: Part, package: str, options: Sequence[str], log: Path) -> None:
    apt = which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise PartError(
            f"part {part.name} needs the Debian package {package}, and this run cannot get it. "
            f"As root: apt-get install --no-install-recommends {package}"
        )
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    run(part, [str(apt), "update"], log, environment=environment)
    run(
        part,
        [str(apt), "install", "--yes", "--no-install-recommends", *options, package],
        log,
        environment=environment,
    )
