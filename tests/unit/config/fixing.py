"""Stated fixes, applied as a person would who takes them at their word."""

import re
from collections.abc import Callable
from typing import Any

from network.config.errors import Problem
from network.config.model import Location
from network.config.places import place_at
from tests import libyaml
from tests.stacks import DNS_TOKEN, USERS

Layers = dict[str, Any]


def applied(layers: Layers, problem: Problem) -> bool:
    """Do to the layers what the problem's fix says; False if its words leave a choice to a person."""
    for words, act in _ACTIONS:
        found = re.search(words, problem.fix)
        if found:
            try:
                return act(layers, problem, found) is not False
            except (LookupError, TypeError):
                return False
    return False


def _at(layers: Layers, location: Location) -> Any:
    value: Any = layers
    for step in location:
        value = value[f"network:{step}" if value is layers else step]
    return value


def _put(layers: Layers, location: Location, value: Any) -> None:
    last = location[-1]
    _at(layers, location[:-1])[f"network:{last}" if len(location) == 1 else last] = value


def _drop(layers: Layers, location: Location) -> None:
    last = location[-1]
    del _at(layers, location[:-1])[f"network:{last}" if len(location) == 1 else last]


def _rename(layers: Layers, problem: Problem, found: re.Match[str]) -> None:
    """`did you mean`: another name for a key, or another value."""
    where = problem.location
    names_a_key = problem.rule.startswith(("unknown key", "no key", "Traefik knows no such"))
    about_the_key = str(where[-1]) in problem.rule.split() and isinstance(_at(layers, where), dict | list)
    if names_a_key or about_the_key:
        value = _at(layers, where)
        _drop(layers, where)
        _put(layers, (*where[:-1], found[1]), value)
    else:
        _put(layers, where, found[1])


def _write(layers: Layers, problem: Problem, found: re.Match[str]) -> bool | None:
    """Write a value, or a key with its value in place of others."""
    text, where = found[1], problem.location
    pair = re.fullmatch(r"([A-Za-z][A-Za-z0-9]*): (.+)", text)
    if pair is None or place_at((*where[:-1], pair[1])) is None:
        _put(layers, where, text if problem.value.startswith('"') else libyaml.load(text))
        return None
    instead = re.search(r"in place of (\w+)(?: and (\w+))?", problem.fix)
    for key in instead.groups() if instead else (where[-1],):
        if key is not None:
            _at(layers, where[:-1]).pop(key, None)
    _put(layers, (*where[:-1], pair[1]), libyaml.load(pair[2]))
    return None


def _set(layers: Layers, problem: Problem, found: re.Match[str]) -> bool | None:
    """Set a key of the nearest model around that has it, or one named from the top."""
    *path, key = found[1].split(".")
    value = libyaml.load(found[2])
    for depth in range(len(problem.location), -1, -1):
        where = (*problem.location[:depth], *path, key)
        if place_at(where) is not None and (depth or path):
            _put(layers, where, value)
            return None
    return False


def _add(layers: Layers, problem: Problem, found: re.Match[str]) -> None:
    _put(layers, problem.location, libyaml.load(found[1]))


def _remove(layers: Layers, problem: Problem, _: re.Match[str]) -> None:
    _drop(layers, problem.location)


def _remove_key(layers: Layers, problem: Problem, found: re.Match[str]) -> bool | None:
    for depth in range(len(problem.location), 0, -1):
        around = _at(layers, problem.location[:depth])
        if isinstance(around, dict) and found[1] in around:
            del around[found[1]]
            return None
    return False


def _choose(layers: Layers, problem: Problem, _: re.Match[str]) -> None:
    _put(layers, problem.location, re.findall(r"'([^']*)'", problem.rule)[0])


def _retype(layers: Layers, problem: Problem, _: re.Match[str]) -> None:
    value = _at(layers, problem.location)
    _put(layers, problem.location, str(value) if "in quotes" in problem.fix else libyaml.load(value))


def _secret(layers: Layers, _: Problem, found: re.Match[str]) -> None:
    name, _dot, key = found[1].partition(".")
    if key:
        layers.setdefault(f"network:{name}", {})[key] = USERS
    else:
        layers[f"network:{name}"] = DNS_TOKEN


_ACTIONS: tuple[tuple[str, Callable[[Layers, Problem, re.Match[str]], bool | None]], ...] = (
    (r"pulumi config set --secret (?:--path )?network:([\w.-]+)", _secret),
    (r"^did you mean `([^`]+)`", _rename),
    (r"^add it, such as `[^:`]+: ([^`]+)`", _add),
    (r"^(?:put it in quotes|write it without quotes)", _retype),
    (r"^write it like \"([^\"]+)\"", _write),
    (r"^(?:write it like|write) `([^`]+)`", _write),
    (r"^(?:write [^`]*, such as) `?([^`]+)`?$", _add),
    (r"^(?:set|add) `([\w.]+): ([^`]+)`", _set),
    (r"^set (\w+) to (\d+)", _set),
    (r"^set (\d+(?:\.\d+)?)s? or (?:more|less)", _write),
    (r"^choose one of them", _choose),
    (
        r"^(?:not offered, so )?remove (?:it|one of them|one of the two|the connection|the middleware)\b",
        _remove,
    ),
    (r"^remove (\w+)", _remove_key),
)
