"""Reads a stack file as Pulumi would, and remembers on which line everything stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from network.config.load import NAMESPACE
from network.config.model import Location
from network.config.nearest import did_you_mean

SETTINGS = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
"""Top-level keys of a stack file, all of them Pulumi's own."""


@dataclass(frozen=True)
class Fault:
    """Something that Pulumi itself would refuse, or that only the file shows."""

    line: int
    where: str
    rule: str
    fix: str


@dataclass(frozen=True)
class StackFile:
    """What a stack file holds for this project."""

    layers: Mapping[str, Any] | None
    """Values by their keys without `network:`, as plain mappings, lists and scalars.

    None if the file cannot be read at all.
    """
    faults: tuple[Fault, ...]
    lines: Mapping[Location, int] = field(default_factory=dict[Location, int])
    """Line of each key below `network:`, counted from 1."""

    def line(self, location: Location) -> int:
        """Return the line of the location, or of the nearest thing around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def read(path: Path) -> StackFile:
    """Return what the file holds. Never raises for its content: the faults say what is wrong."""
    try:
        document = YAML(typ="rt").load(path)
    except YAMLError as error:
        return _unreadable(_malformed(error))
    config = document.get("config") if isinstance(document, CommentedMap) else None
    if not isinstance(config, CommentedMap):
        return _unreadable(
            Fault(
                1,
                "file",
                "a stack file is a mapping with the key `config`, which is a mapping itself",
                "write `config:` and, indented below it, the keys `network:…`",
            )
        )
    layers = {
        key.removeprefix(NAMESPACE): _plain(value)
        for key, value in config.items()
        if isinstance(key, str) and key.startswith(NAMESPACE)
    }
    return StackFile(
        layers,
        (*_unknown_settings(document), *_misplaced_keys(config)),
        {(): document.lc.key("config")[0] + 1, **dict(_lines(config))},
    )


def _unreadable(fault: Fault) -> StackFile:
    return StackFile(None, (fault,))


def _malformed(error: YAMLError) -> Fault:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    problem = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error)
    line = mark.line + 1 if mark else 1
    if "duplicate key" in problem:
        key = problem.split('"')[1] if '"' in problem else "a key"
        return Fault(line, key, "the key stands here twice", "remove one of them")
    return Fault(line, "file", f"not YAML: {problem}", "correct the line, or the one above it")


def _unknown_settings(document: CommentedMap) -> Iterator[Fault]:
    for key in document:
        if key not in SETTINGS:
            fix = did_you_mean(str(key), SETTINGS)
            yield Fault(document.lc.key(key)[0] + 1, str(key), "unknown key of a stack file", fix)


def _misplaced_keys(config: CommentedMap) -> Iterator[Fault]:
    for key in config:
        if not isinstance(key, str) or ":" not in key.strip(":"):
            yield Fault(
                config.lc.key(key)[0] + 1,
                str(key),
                "keys of config are `namespace:name`",
                f"write `{NAMESPACE}{key}` if it is this project's",
            )


def _lines(config: CommentedMap) -> Iterator[tuple[Location, int]]:
    for key in config:
        if isinstance(key, str) and key.startswith(NAMESPACE):
            here: Location = (key.removeprefix(NAMESPACE),)
            yield here, config.lc.key(key)[0] + 1
            yield from _lines_below(config[key], here)


def _lines_below(value: Any, here: Location) -> Iterator[tuple[Location, int]]:
    if isinstance(value, CommentedMap):
        own = {key: place[0] for key, place in (value.lc.data or {}).items()}
        steps = [(str(key), own.get(key), child) for key, child in value.items()]
    elif isinstance(value, CommentedSeq):
        own = {index: place[0] for index, place in (value.lc.data or {}).items()}
        steps = [(index, own.get(index), child) for index, child in enumerate(value)]
    else:
        return
    for step, line, child in steps:
        if line is not None:
            yield (*here, step), line + 1
        yield from _lines_below(child, (*here, step))


def _plain(value: Any) -> Any:
    """Return the value without ruamel's types, keys as text (JSON has no others)."""
    if isinstance(value, dict):
        return {str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return None if value is None else str(value)
