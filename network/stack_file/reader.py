"""Reads a stack file as Pulumi would, and remembers on which line everything stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from network.config.load import NAMESPACE
from network.config.model import Location
from network.config.nearest import did_you_mean
from network.stack_file.composer import CONFIG, Composed, compose
from network.stack_file.fault import Fault, UnreadableTextError
from network.stack_file.text import text_of

Found = TypeVar("Found")

SETTINGS = (CONFIG, "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
"""Top-level keys of a stack file, all of them Pulumi's own."""


@dataclass(frozen=True)
class StackFile:
    """What a stack file holds."""

    document: Mapping[str, Any] | None
    """The whole of it, as plain mappings, lists and scalars. None if the file cannot be read at all."""
    faults: tuple[Fault, ...]
    lines: Mapping[Location, int] = field(default_factory=dict[Location, int])
    """Line of each key of `config`, counted from 1; this project's are without `network:`."""
    texts: Mapping[Location, str] = field(default_factory=dict[Location, str])
    """What stands in the file for each number or boolean that JSON writes otherwise."""

    @property
    def layers(self) -> dict[str, Any]:
        """This project's values, by their keys without `network:`."""
        return {
            key.removeprefix(NAMESPACE): value
            for key, value in self._config.items()
            if key.startswith(NAMESPACE)
        }

    @property
    def others(self) -> dict[str, Any]:
        """Values of other namespaces: of Pulumi and of providers."""
        return {key: value for key, value in self._config.items() if not key.startswith(NAMESPACE)}

    @property
    def _config(self) -> dict[str, Any]:
        return (self.document or {}).get(CONFIG, {})

    def line(self, location: Location) -> int:
        """Return the line of the location, or of the nearest thing around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def is_doubtful(self, location: Location) -> bool:
        """Say whether a fault stands at the location or around it, so that nothing more can be said of it."""
        return any(location[:length] in self._doubtful for length in range(len(location) + 1))

    @cached_property
    def _doubtful(self) -> frozenset[Location]:
        return frozenset(fault.location for fault in self.faults if fault.location is not None)


def read(path: Path) -> StackFile:
    """Return what the file holds. Its content never raises anything: the faults say what is wrong.

    Raises OSError if there is no file to read.
    """
    try:
        composed = compose(text_of(path))
    except UnreadableTextError as error:
        return StackFile(None, (error.fault,))
    # `pulumi stack init` leaves a file without `config`: to Pulumi that is an empty one.
    config = composed.value.get(CONFIG, {}) if isinstance(composed.value, dict) else None
    if not isinstance(config, dict):
        rule = "a stack file is a mapping with the key `config`, which is a mapping itself"
        fix = "write `config:` and, indented below it, the keys `network:…`"
        return StackFile(None, (*composed.faults, Fault(1, "file", rule, fix)))
    return StackFile(
        composed.value,
        tuple(
            replace(fault, location=_in_config(fault.location or ()))
            for fault in (*composed.faults, *_unknown_settings(composed), *_unusable_keys(composed))
        ),
        _of_config(composed.lines),
        _of_config(composed.texts),
    )


def _of_config(found: Mapping[Location, Found]) -> dict[Location, Found]:
    located = ((_in_config(location), each) for location, each in found.items())
    return {location: each for location, each in located if location is not None}


def _in_config(location: Location) -> Location | None:
    """Return a location of the file as one of its `config`."""
    if location[:1] != (CONFIG,):
        return None
    first = location[1:2]
    return (*(str(key).removeprefix(NAMESPACE) for key in first), *location[2:])


def _unknown_settings(composed: Composed) -> Iterator[Fault]:
    for key in composed.value:
        if key not in SETTINGS:
            fix = did_you_mean(key, SETTINGS)
            yield Fault(composed.lines[key,], key, "unknown key of a stack file", fix)


def _unusable_keys(composed: Composed) -> Iterator[Fault]:
    told = {fault.location for fault in composed.faults}
    for key, value in composed.value.get(CONFIG, {}).items():
        at: Location = (CONFIG, key)
        if key.count(":") != 1 or not all(key.split(":")):
            rule = "keys of config are `namespace:name`"
            # `network:config:cluster` is how Pulumi once wrote it.
            name = key.removeprefix(NAMESPACE).removeprefix(CONFIG).replace(":", "") or "environment"
            fix = f"write `{NAMESPACE}{name}` if it is this project's"
            yield Fault(composed.lines[at], key, rule, fix, at)
        elif value is None and at not in told:
            rule = "nothing is written here, which Pulumi passes on as an empty text"
            fix = "write what belongs here (`{}` for nothing), or remove the key"
            yield Fault(composed.lines[at], key, rule, fix, at)
