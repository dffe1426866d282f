"""What the plugin finds wrong before any call: types, required and unknown inputs, and single values."""

import re
from collections.abc import Collection, Iterator, Mapping
from ipaddress import ip_network
from typing import Any, NamedTuple, cast

from lab.cloud.plugin.fields import Check, Field, Type
from lab.cloud.plugin.values import UNKNOWN, State, Value, is_zero


class Failure(NamedTuple):
    """What is wrong; `property` is empty for rules that join several inputs."""

    property: str
    reason: str


_PYTHON = {
    Type.STRING: str,
    Type.INTEGER: int,
    Type.NUMBER: (int, float),
    Type.BOOLEAN: bool,
    Type.LIST: list,
    Type.SET: list,
    Type.MAP: dict,
    Type.OBJECT: dict,
}


def failures(fields: Mapping[str, Field], inputs: State, resource: str, at: str = "") -> Iterator[Failure]:
    """What the schema says against these inputs. Errors name each as "Examine values at 'name.input'"."""
    for key in inputs:
        if key not in fields and key != "__defaults":
            near = f"{resource}.{at}{key}"
            reason = f"an unexpected argument {key!r} was provided. Examine values at '{near}'."
            yield Failure(f"{at}{key}", reason)
    for key, field in fields.items():
        value = inputs.get(key)
        if value is None:
            if field.required:
                reason = f'The argument "{key}" is required, but no definition was found.'
                near = f"Examine values at '{resource}.{at}{key}'."
                yield Failure(f"{at}{key}", f"Missing required argument. {reason} {near}")
        else:
            yield from _value(field, value, resource, f"{at}{key}")


def _value(field: Field, value: Value, resource: str, at: str) -> Iterator[Failure]:
    if value == UNKNOWN:
        return
    if not isinstance(value, _PYTHON[field.type]) or (isinstance(value, bool) and field.type != Type.BOOLEAN):
        reason = f"expected {field.type}, got {type(value).__name__}. Examine values at '{resource}.{at}'."
        yield Failure(at, reason)
        return
    if field.type is Type.OBJECT:
        yield from failures(field.fields, cast(State, value), resource, f"{at}.")
    elif field.items and isinstance(value, list):
        for position, each in enumerate(cast(list[Value], value)):
            yield from _value(field.items, each, resource, f"{at}[{position}]")
    elif field.items:
        for key, each in cast(dict[str, Value], value).items():
            yield from _value(field.items, each, resource, f"{at}.{key}")
    if field.check and (wrong := field.check(value)):
        yield Failure(at, f"{wrong}. Examine values at '{resource}.{at}'.")


def not_empty(value: Any) -> str | None:
    """A value that must not be empty or zero."""
    return "expected a value that is not empty or zero" if is_zero(value) else None


def cidr(value: str) -> str | None:
    """A range in CIDR notation; host bits are not noticed."""
    try:
        ip_network(value, strict=False)
    except ValueError:
        return f"expected a valid CIDR value, got {value!r}"
    return None if "/" in value else f"expected a valid CIDR value, got {value!r}"


def at_least(smallest: int) -> Check:
    """An integer from `smallest` up."""

    def check(value: int) -> str | None:
        return None if value >= smallest else f"expected to be at least ({smallest}), got {value}"

    return check


def between(smallest: int, largest: int) -> Check:
    """An integer in a range, both ends included."""

    def check(value: int) -> str | None:
        inside = smallest <= value <= largest
        return None if inside else f"expected to be in the range ({smallest} - {largest}), got {value}"

    return check


def shorter_than(length: int) -> Check:
    """A string of less than `length` characters."""

    def check(value: str) -> str | None:
        return None if len(value) < length else f"expected less than {length} characters, got {len(value)}"

    return check


def one_of(words: Collection[str], ignore_case: bool = False) -> Check:
    """One of a few words."""

    def check(value: str) -> str | None:
        found = value.lower() in words if ignore_case else value in words
        return None if found else f"expected to be one of {sorted(words)}, got {value}"

    return check


def tag(value: str) -> str | None:
    """A tag's name."""
    if re.fullmatch(r"[a-zA-Z0-9:\-_]{1,255}", value):
        return None
    return "tags may only contain lowercase letters, numbers, colons, dashes, and underscores"
