"""A cluster from a folder of YAML or JSON files, among which there may be others."""

import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from network.reachability import fields
from network.reachability.read import building, yaml_text
from network.reachability.read.manifests import Contents, Found

SUFFIXES = (".yaml", ".yml", ".json")

_OBJECT = re.compile(rb"^[\s\-]*[\"']?kind[\"']?\s*:|[{,]\s*[\"']?kind[\"']?\s*:", re.MULTILINE)
"""Without such a line a file holds no object, whatever else it is."""
_PARTS_OF_AN_OBJECT = ("apiVersion", "kind", "metadata", "spec")
_NAMED = 5
"""Files that a note names; beyond them it counts."""


def read(folder: Path, without: Collection[str] = (), namespace: str | None = None) -> Contents:
    """Return what the files of a folder, or one file, say. Every unreadable file is a problem of it, unless
    it is none of Kubernetes'; `without` names kinds to leave out.

    A folder without any object is a problem too: to call it an open cluster would be a wrong answer.
    """
    found = Contents(without, namespace or fields.DEFAULT_NAMESPACE)
    files = list(_files(folder, found.problems))
    if not files and not found.problems:
        found.problems.append(f"{folder}: no file ends in {', '.join(SUFFIXES)}")
    built = building.of(file for file in files if file != folder)
    found.notes += built.notes(folder)
    foreign: dict[str, str] = {}
    objects = 0
    for file in files:
        name = str(file.relative_to(folder)) if file != folder else file.name
        if built.leaves_out(file):
            continue
        content = b""
        try:
            content = file.read_bytes()
            documents = list(_documents(content, name))
        except (yaml.YAMLError, OSError, UnicodeError, ValueError, RecursionError) as error:
            if isinstance(error, OSError) or _OBJECT.search(content):
                found.problems.append(f"{name}: {_short(error)}{building.hint(content)}")
            else:
                foreign[name] = _short(error)
            continue
        for each in documents:
            if (why := _foreign(each.manifest)) is not None:
                foreign[name] = why
            else:
                objects += 1
                found.add(each)
    _tell(found, foreign, objects)
    return found


def _tell(found: Contents, foreign: dict[str, str], objects: int) -> None:
    """Name the files that hold no objects; if there are no others, that is a problem."""
    if foreign and not objects and not found.problems:
        found.problems += [f"{name}: {why}" for name, why in foreign.items()]
    elif foreign:
        more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
        names = ", ".join(list(foreign)[:_NAMED])
        found.notes.append(f"skipped {names}{more}: no objects of Kubernetes")


def _files(folder: Path, problems: list[str]) -> Iterator[Path]:
    """Yield the files of a folder in the order of their names, links followed. What cannot be looked into is
    a problem: whatever policies were in it would be missing."""
    if folder.is_file():
        yield folder
        return

    def closed(error: OSError) -> None:
        problems.append(f"{Path(error.filename).relative_to(folder)}: {error.strerror}")

    entered: set[Path] = set()
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=closed, followlinks=True):
        here = Path(place)
        if (real := here.resolve()) in entered:
            folders.clear()
            continue
        entered.add(real)
        found += [here / name for name in names]
    for path in sorted(found):
        if path.is_file():
            if path.suffix in SUFFIXES:
                yield path
        elif path.is_symlink() and path.suffix in ("", *SUFFIXES):
            problems.append(f"{path.relative_to(folder)}: a link to what is not there")


def _documents(content: bytes, name: str) -> Iterable[Found]:
    documents = yaml_text.documents(content)
    for number, document in enumerate(documents):
        if document is not None:
            yield Found(document, name if len(documents) == 1 else f"{name}, document {number + 1}")


def _foreign(document: Any) -> str | None:
    """Return why a document is no object of Kubernetes, None if it is one, a broken one also."""
    if not isinstance(document, dict):
        return f"must be a mapping, not {'a list' if isinstance(document, list) else 'a text'}"
    present = [part for part in _PARTS_OF_AN_OBJECT if part in document]
    if "kind" in present or len(present) > 1 or not document:
        return None
    return "no object of Kubernetes: it has neither kind nor metadata"


def _short(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return f"nested deeper than {sys.getrecursionlimit()} levels"
    text = " ".join(str(error).split())
    return text if len(text) < 400 else f"{text[:400]}…"
