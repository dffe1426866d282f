"""What a broken layer says in spite of what is broken in it.

A rule is decided where no value that could stand in place of a broken one would satisfy it. That is tried
with two: each broken value is left out, or replaced by one that is valid, in two ways that differ.
"""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from network.config.model import LENIENT, Finding, Location, Model
from network.config.places import place_at
from network.config.stand_ins import stand_ins

_ROUNDS = 20
"""Repairs of one layer; a repair may break what stands around it."""


class _NumbersChangeError(RuntimeError):
    """An entry of a list cannot go: what is found in those behind it would be told of another."""


Way = Literal[0, 1]
"""Which of the two repairs."""
WAYS: tuple[Way, ...] = (0, 1)


def broken(name: str, validator: TypeAdapter[Any], given: Any) -> list[Location]:
    """Return where a layer holds values that are refused alone; `name` is its key in the file."""
    try:
        _validated(validator, given)
    except ValidationError as error:
        locations = ((name, *detail["loc"]) for detail in error.errors(include_url=False))
        return [location[:-1] if location[-1] == "[key]" else location for location in locations]
    return []


def _validated(validator: TypeAdapter[Any], given: Any) -> Any:
    return validator.validate_json(
        json.dumps(given), strict=True, by_alias=True, by_name=False, context=LENIENT
    )


def repaired(name: str, validator: TypeAdapter[Any], given: Any, way: Way) -> Any:
    """Return a layer without what is broken in it; `name` is its key in the file.

    Raises LookupError if nothing is left of it.
    """
    value = {name: copy.deepcopy(given)}
    for _ in range(_ROUNDS):
        try:
            return _validated(validator, value[name])
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
            for detail in details:
                try:
                    _mend(value, (name, *detail["loc"]), detail["type"], way)
                except _NumbersChangeError:
                    raise LookupError(name) from None
                except (LookupError, TypeError):
                    continue  # what was around it is gone already
            if name not in value:
                break
    raise LookupError(name)


def _mend(value: dict[str, Any], location: Location, kind: str, way: Way) -> None:
    """Replace or remove what stands at a location; what cannot go takes what is around it along."""
    if location[-1] == "[key]":
        _remove(value, location[:-1])
        return
    place = place_at(location)
    good = stand_ins(place) if place is not None else ()
    # An entry keeps its name and its number; an option is left out in one of the two ways.
    wanted = place is not None and (place.field is None or place.field.is_required() or way == 1)
    if kind != "extra_forbidden" and good and wanted:
        _put(value, location, good[way % len(good)])
    elif kind == "missing":
        _remove(value, location[:-1])
    else:
        _remove(value, location)


def _put(value: Any, location: Location, good: Any) -> None:
    for step in location[:-1]:
        value = value[step]
    value[location[-1]] = good


def _remove(value: Any, location: Location) -> None:
    for step in location[:-1]:
        value = value[step]
    if isinstance(value, list):
        raise _NumbersChangeError
    del value[location[-1]]


def findings_below(value: Any, here: Location) -> Iterator[Finding]:
    """Yield what each model in a layer finds among its own values, as far as it comes."""
    if isinstance(value, Model):
        yield from decided(value.findings(), here)
        for name, field in type(value).model_fields.items():
            yield from findings_below(getattr(value, name), (*here, field.alias or name))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from findings_below(each, (*here, key))
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from findings_below(each, (*here, index))


def decided(findings: Iterable[Finding], here: Location = ()) -> Iterator[Finding]:
    """Yield the findings until their rule meets what only a valid layer cannot hold."""
    try:
        for found in findings:
            yield Finding((*here, *found.location), found.rule, found.fix)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, StopIteration, RuntimeError):
        return
