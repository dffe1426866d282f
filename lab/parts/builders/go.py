"""Programs built from Go modules, locked by our own go.mod and go.sum."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from lab.parts.builders import debian, toolchain
from lab.parts.builders.command import run
from lab.parts.recipe import GO_FLAGS, GO_FOLDER, GoBuild, GoCopy, Part, PartError

_INCLUDE = Path("/usr/include")
_COLLECTOR = {"GOGC": "400"}
"""How rarely Go's compiler collects garbage: each of its processes is short. From an empty cache, the
packages below net/http, encoding/json and go/types take 0.76 of the processor time that they take at the
default of 100, and 50 MB more at most; above 400 little is left to gain (Go 1.26.8, two rounds of each)."""


def build(part: Part, recipe: GoBuild, folder: Path, log: Path) -> None:
    """Compile the recipe's commands into the folder and add its links and copies."""
    for header, package in recipe.headers.items():
        if not (_INCLUDE / header).exists():
            debian.install(part, package, log)
    if recipe.commands:
        _compile(part, recipe, folder, log)
    for name, others in recipe.links.items():
        for other in others:
            (folder / other).symlink_to(name)
    for copy in recipe.copies:
        _copy(part, recipe, copy, folder)


def _compile(part: Part, recipe: GoBuild, folder: Path, log: Path) -> None:
    """Build the recipe's commands into the folder."""
    module = GO_FOLDER / recipe.module
    stamps = " ".join(f"-X {name}={value}" for name, value in recipe.stamps.items())
    with tempfile.TemporaryDirectory(prefix=".go-", dir=folder) as scratch:
        overlay = Path(scratch) / "overlay.json"
        overlay.write_text(json.dumps({"Replace": _embeds(part, recipe)}))
        output = Path(scratch) / "bin"
        output.mkdir()
        modules = completed(part, recipe, Path(scratch))
        run(
            part,
            [
                *(_go(recipe), "build", "-v", *GO_FLAGS, f"-overlay={overlay}", f"-modfile={modules}"),
                *(f"-tags={','.join(recipe.tags)}", f"-ldflags=-s -w {stamps}"),
                *("-o", str(output), *recipe.commands.values()),
            ],
            log,
            cwd=module,
            environment=_environment(recipe),
        )
        for name, package in recipe.commands.items():
            (output / _executable(package)).rename(folder / name)


def _executable(package: str) -> str:
    """What Go calls the program of a package: as its folder, or the one above a major version's."""
    return re.sub(r"/v\d+$", "", package).rpartition("/")[2]


def prefetch(recipe: GoBuild) -> None:
    """Bring the modules that the build needs into Go's own cache. A failure is no matter: the build
    meets it again and tells it."""
    _list(recipe, "-mod=readonly")


def lock(part: Part, recipe: GoBuild) -> None:
    """Complete go.mod and go.sum for the part after a version in go.mod was changed.

    Unlike `go mod tidy` it asks for nothing that only tests need. PartError if that fails.
    """
    done = _list(recipe, "-mod=mod")
    if done.returncode:
        raise PartError(f"part {part.name}: {GO_FOLDER / recipe.module} cannot be locked:\n{done.stderr}")


def _list(recipe: GoBuild, mode: str) -> subprocess.CompletedProcess[str]:
    """Let Go look at everything that the recipe's commands consist of."""
    return subprocess.run(
        [
            _go(recipe),
            "list",
            "-e",
            "-deps",
            mode,
            f"-tags={','.join(recipe.tags)}",
            *recipe.commands.values(),
        ],
        cwd=GO_FOLDER / recipe.module,
        env={**os.environ, **_environment(recipe)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def module_version(module: str, name: str) -> str:
    """The version of a required Go module that our go.mod names: the one place that pins it."""
    file = GO_FOLDER / module / "go.mod"
    if version := _required(file).get(name):
        return version
    raise PartError(f"{file} does not require {name}")


@cache
def _required(file: Path) -> Mapping[str, str]:
    """The versions of all Go modules that a go.mod requires; several parts ask for theirs of one file."""
    lines = (line.removeprefix("require ").split() for line in file.read_text().splitlines())
    return {name: version for name, version, *_ in (line for line in lines if len(line) > 1)}


def _go(recipe: GoBuild) -> str:
    """A Go command that is new enough for the recipe's module."""
    return toolchain.command(GO_FOLDER / recipe.module / "go.mod")


def _environment(recipe: GoBuild) -> dict[str, str]:
    """What decides what Go compiles and how fast, whatever the caller's environment says."""
    return {"CGO_ENABLED": "1" if recipe.cgo else "0", "GOWORK": "off", **_COLLECTOR, **toolchain.SWITCHING}


def _source(part: Part, recipe: GoBuild, module: str) -> Path:
    """The folder of a module in Go's cache, downloaded if need be."""
    where = subprocess.run(
        [_go(recipe), "mod", "download", "-json", module],
        cwd=GO_FOLDER / recipe.module,
        env={**os.environ, **_environment(recipe)},
        capture_output=True,
        text=True,
        check=False,
    )
    if where.returncode:
        raise PartError(f"part {part.name}: module {module} cannot be had:\n{where.stdout}")
    return Path(json.loads(where.stdout)["Dir"])


def _embeds(part: Part, recipe: GoBuild) -> dict[str, str]:
    """Where the compiler finds the files that our packages embed from other modules."""
    return {
        str(GO_FOLDER / recipe.module / target): str(_source(part, recipe, module) / file)
        for target, (module, file) in recipe.embeds.items()
    }


def completed(part: Part, recipe: GoBuild, scratch: Path) -> Path:
    """A go.mod for the build, in which a completed copy takes the place of each module that needs one."""
    folder = GO_FOLDER / recipe.module
    if not recipe.completions:
        return folder / "go.mod"
    lines = [(folder / "go.mod").read_text()]
    for number, (module, completion) in enumerate(recipe.completions.items()):
        target = scratch / f"module-{number}"
        _copy(part, recipe, GoCopy(module, ".", target.name), scratch)
        shutil.copytree(folder / completion, target, dirs_exist_ok=True)
        lines.append(f"replace {module} => {target}\n")
    shutil.copy(folder / "go.sum", scratch / "go.sum")
    file = scratch / "go.mod"
    file.write_text("".join(lines))
    return file


def _copy(part: Part, recipe: GoBuild, copy: GoCopy, folder: Path) -> None:
    """Copy a module's file or folder; Go's cache is read-only, the copy is not."""
    source, target = _source(part, recipe, copy.module) / copy.source, folder / copy.target
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=shutil.copyfile)
    else:
        shutil.copyfile(source, target)
    for path in [target, *target.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    for file in target.glob("*.yaml"):
        text = file.read_text()
        for old, new in copy.replace:
            text = text.replace(old, new)
        file.write_text(text)
