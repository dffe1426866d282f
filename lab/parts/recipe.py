"""What a part is and the ways to obtain one, as data."""

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GO_FOLDER = Path(__file__).parent / "go"
"""The folder of the Go modules that lock the parts built from source."""


PYTHON_FOLDER = Path(__file__).parent / "python"
"""The folder of the locks of Python packages."""

GO_FLAGS = ("-mod=readonly", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false")
"""Without debug information everything compiles and links faster and is a third smaller."""


class PartError(Exception):
    """A part could not be had; the text says which, why and the next command."""


@dataclass(frozen=True)
class Probe:
    """How to find a program on PATH and its version: `command` prints a text that contains
    `version`."""

    command: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class GoCopy:
    """A file or folder of a Go module, copied to `target` in the part's folder."""

    module: str
    source: str
    target: str
    replace: tuple[tuple[str, str], ...] = ()
    """Texts to put in place of others in the YAML files at the top of a copied folder."""


@dataclass(frozen=True)
class GoBuild:
    """Commands built from the packages that one of our Go modules locks."""

    module: str
    """Folder below `GO_FOLDER`."""
    commands: Mapping[str, str]
    """File in the part's folder -> package to build."""
    sources: tuple[str, ...] = ()
    """Our own folders in the module that the commands are built from."""
    stamps: Mapping[str, str] = field(default_factory=dict)
    """Go variable -> text that the linker puts there."""
    tags: tuple[str, ...] = ()
    cgo: bool = False
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """File -> further names of it."""
    copies: tuple[GoCopy, ...] = ()
    embeds: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """File that one of our packages embeds -> Go module and file that it is taken from."""
    completions: Mapping[str, str] = field(default_factory=dict)
    """Go module -> our own folder in `module`, which is laid over a copy of it before the build. Go's
    overlays reach no module in its cache."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """C header that the build needs -> Debian package that has it."""

    def ingredients(self) -> Iterator[tuple[str, bytes]]:
        """Name and contents of every file of ours that the result depends on."""
        yield "flags", " ".join(GO_FLAGS).encode()
        folder = GO_FOLDER / self.module
        files = [folder / "go.mod", folder / "go.sum"]
        for source in (*self.sources, *self.completions.values()):
            files += sorted(path for path in (folder / source).rglob("*") if path.is_file())
        for path in files:
            yield str(path.relative_to(folder)), path.read_bytes()


@dataclass(frozen=True)
class Wheel:
    """A program that a Python package contains."""

    package: str
    sha256: str
    """Of the wheel for Linux on amd64."""
    commands: tuple[str, ...]

    def ingredients(self) -> Iterator[tuple[str, bytes]]:
        """A wheel depends on nothing of ours."""
        yield from ()


@dataclass(frozen=True)
class Packages:
    """Python packages apart from our own, in the folder `packages` of the part."""

    requirements: str
    """File below `PYTHON_FOLDER` that locks them, with hashes."""

    def ingredients(self) -> Iterator[tuple[str, bytes]]:
        """The lock, and the Python that runs them: some are compiled for one."""
        yield self.requirements, (PYTHON_FOLDER / self.requirements).read_bytes()
        yield "python", sys.implementation.cache_tag.encode()


@dataclass(frozen=True)
class Debian:
    """Programs of a Debian package, linked into the part's folder."""

    package: str
    commands: Mapping[str, str]
    """Link in the part's folder -> program on PATH."""
    apart: bool = False
    """Unpack it into the part's folder, with what else it needs, where it is not installed: installing it
    would start its server on this machine."""

    def ingredients(self) -> Iterator[tuple[str, bytes]]:
        """A Debian package depends on nothing of ours."""
        yield from ()


Recipe = GoBuild | Wheel | Packages | Debian


@dataclass(frozen=True)
class Part:
    """One real program, or a family of them, that the lab runs."""

    name: str
    version: str
    purpose: str
    recipe: Recipe
    seconds: int
    """About how long it takes from empty caches on two cores."""
    files: tuple[str, ...]
    """What its folder contains at least."""
    probe: Probe | None = None
    """How to recognise the pinned version on PATH; None: never taken from there."""
    optional: bool = False
    """The lab runs without: only tests and benchmarks use it, or some stacks."""

    @property
    def key(self) -> str:
        """Version and a hash of everything that the result depends on."""
        digest = hashlib.sha256(repr((self.version, self.recipe, self.files)).encode())
        for name, contents in self.recipe.ingredients():
            digest.update(f"\0{name}\0{len(contents)}\0".encode())
            digest.update(contents)
        return f"{self.version}-{digest.hexdigest()[:12]}"

    def missing(self, folder: Path) -> Sequence[str]:
        """Those of its files that a folder lacks."""
        return [name for name in self.files if not (folder / name).exists()]
