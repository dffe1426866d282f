"""Have parts ready: from the cache, from PATH at the pinned version, else built or installed."""

import hashlib
import os
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from lab.parts import builders
from lab.parts.builders import go
from lab.parts.builders.debian import which
from lab.parts.catalogue import every_part
from lab.parts.progress import Progress, display
from lab.parts.recipe import GoBuild, Part, PartError
from lab.parts.store import new_log, store

_PROBE_TIMEOUT = 10.0
"""Seconds that a program on PATH may take to tell its version."""


class Origin(StrEnum):
    """Where a part comes from."""

    CACHE = "cache"
    PATH = "PATH"
    MISSING = "to be made"


def ensure(*names: str, progress: Progress | None = None) -> Mapping[str, Path]:
    """The folders of the named parts, all of them if none is named; missing ones are made.

    Raises PartError, with the log to read and the next command, at the first part that cannot be
    had; those before it stay.
    """
    wanted = _select(names)
    if progress is None:
        with display() as shown:
            return _ensure(wanted, shown)
    return _ensure(wanted, progress)


def locate(part: Part) -> tuple[Origin, Path | None]:
    """Where a part is now, without making it."""
    if found := store().find(part.name, part.key, lambda folder: not part.missing(folder)):
        return Origin.CACHE, found
    if programs := _on_path(part):
        return Origin.PATH, _linked(part, programs)
    return Origin.MISSING, None


def _select(names: Sequence[str]) -> Sequence[Part]:
    """The parts of those names, in building order; PartError for a name that is none."""
    if unknown := sorted(set(names) - set(every_part())):
        raise PartError(f"no such part: {', '.join(unknown)}. See: python -m lab.parts --list")
    return [part for name, part in every_part().items() if not names or name in names]


def _ensure(wanted: Sequence[Part], progress: Progress) -> Mapping[str, Path]:
    """The folders of the parts, in the order given."""
    ready = {part.name: folder for part in wanted if (folder := locate(part)[1])}
    missing = [part for part in wanted if part.name not in ready]
    _prefetch(missing[1:])
    for number, part in enumerate(missing, 1):
        ready[part.name] = _make(part, number, len(missing), progress)
    return {part.name: ready[part.name] for part in wanted}


def _make(part: Part, number: int, total: int, progress: Progress) -> Path:
    """Build or install a part, unless another run does so first."""
    last = store().last_seconds(part.name)
    progress.started(part, number, total, last or part.seconds, last is not None)
    started = time.monotonic()

    def make(folder: Path) -> None:
        begin = time.monotonic()
        log = new_log(part.name)
        builders.build(part, folder, log)
        if lacking := part.missing(folder):
            raise PartError(f"part {part.name} {part.version}: made without {', '.join(lacking)}. Read {log}")
        store().remember_seconds(part.name, time.monotonic() - begin)

    folder = store().obtain(
        part.name,
        part.key,
        make,
        whole=lambda folder: not part.missing(folder),
        waiting=lambda: progress.waiting(part),
    )
    progress.finished(part, time.monotonic() - started)
    return folder


def _prefetch(parts: Iterable[Part]) -> None:
    """Download the modules of later builds while the first ones compile."""

    def fetch() -> None:
        for part in parts:
            if isinstance(part.recipe, GoBuild) and part.recipe.commands:
                go.prefetch(part.recipe)

    threading.Thread(target=fetch, daemon=True).start()


def _on_path(part: Part) -> Mapping[str, Path]:
    """The part's programs on PATH if they are all there at the pinned version, else nothing."""
    if part.probe is None or which(part.probe.command[0]) is None:
        return {}
    try:
        told = subprocess.run(
            part.probe.command,
            capture_output=True,
            text=True,
            timeout=_PROBE_TIMEOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    if part.probe.version not in told.stdout:
        return {}
    programs = {name: found for name in part.files if (found := which(name))}
    return programs if len(programs) == len(part.files) else {}


def _linked(part: Part, programs: Mapping[str, Path]) -> Path:
    """A folder of links to programs on PATH."""

    def link(folder: Path) -> None:
        for name, program in programs.items():
            (folder / name).symlink_to(program)

    places = os.pathsep.join(str(program) for program in programs.values())
    key = f"{part.version}-path-{hashlib.sha256(places.encode()).hexdigest()[:12]}"
    return store().obtain(part.name, key, link)
