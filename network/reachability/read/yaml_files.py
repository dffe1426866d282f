"""A cluster from a folder of YAML or JSON files."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from network.reachability.read.manifests import Contents, Found

SUFFIXES = (".yaml", ".yml", ".json")

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, ten times as fast, where PyYAML was built with it."""

_DEEPEST = 200
"""Levels of nesting; Kubernetes objects have about 20."""
_NODES = 20_000_000
"""Values in one document with its aliases written out: an alias of aliases may stand for billions."""


def read(folder: Path) -> Contents:
    """Return what the files of a folder, or one file, say. Every unreadable file is a problem of it.

    A folder without any file is one too: to call it an open cluster would be a wrong answer.
    """
    found = Contents()
    files = list(_files(folder))
    if not files:
        found.problems.append(f"{folder}: no file ends in {', '.join(SUFFIXES)}")
    for file in files:
        name = str(file.relative_to(folder)) if file != folder else file.name
        try:
            documents = list(_documents(file.read_bytes(), name))
        except (yaml.YAMLError, OSError, UnicodeError, ValueError, RecursionError) as error:
            found.problems.append(f"{name}: {_short(error)}")
            continue
        for each in documents:
            found.add(each)
    return found


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    for path in sorted(folder.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file():
            yield path


def _documents(content: bytes, name: str) -> Iterator[Found]:
    documents: list[Any] = list(yaml.load_all(content, _LOADER))
    for number, document in enumerate(documents):
        if document is None:
            continue
        _check_size(document)
        yield Found(document, name if len(documents) == 1 else f"{name}, document {number + 1}")


def _check_size(document: Any) -> None:
    """Refuse what contains itself, or what is small only because of aliases. Raises ValueError."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()

    def size(value: Any, depth: int) -> int:
        if not isinstance(value, dict | list):
            return 1
        known = sizes.get(id(value))
        if known is not None:
            return known
        if id(value) in open_:
            raise ValueError("an anchor contains an alias of itself")
        if depth > _DEEPEST:
            raise ValueError(f"nested deeper than {_DEEPEST} levels")
        open_.add(id(value))
        total = 1 + sum(
            size(each, depth + 1) for each in (value.values() if isinstance(value, dict) else value)
        )
        open_.discard(id(value))
        if total > _NODES:
            raise ValueError(f"more than {_NODES:,} values once its aliases are written out")
        sizes[id(value)] = total
        return total

    size(document, 0)


def _short(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return f"nested deeper than {sys.getrecursionlimit()} levels"
    text = " ".join(str(error).split())
    return text if len(text) < 400 else f"{text[:400]}…"
