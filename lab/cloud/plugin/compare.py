"""What differs between a resource's state and the program, and what that means."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, cast

from lab.cloud.plugin.fields import Field, Type
from lab.cloud.plugin.values import UNKNOWN, State, Value, is_zero


class Change(StrEnum):
    """What happens to one property."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


class Difference(NamedTuple):
    """One property that differs."""

    path: str
    change: Change
    replaces: bool


def differences(
    fields: Mapping[str, Field], olds: State, news: State, whole: State | None = None, at: str = ""
) -> Iterator[Difference]:
    """The differences between state and inputs.

    Absent and zero are the same, as in Terraform. An input that is absent is no difference where the
    cloud chooses its value.
    """
    whole = olds if whole is None else whole
    for key, field in fields.items():
        yield from _field(field, olds.get(key), news.get(key), whole, f"{at}{key}")


def _field(field: Field, old: Value, new: Value, whole: State, path: str) -> Iterator[Difference]:
    if new is None:
        if not field.computed and not is_zero(old):
            yield Difference(path, Change.DELETE, field.replaces)
    elif new == UNKNOWN:
        yield Difference(path, _change(old), field.replaces)
    elif field.type is Type.OBJECT and isinstance(old, dict):
        yield from differences(field.fields, cast(State, old), new, whole, f"{path}.")
    elif field.type in (Type.MAP, Type.LIST, Type.SET):
        yield from _collection(field, old, new, whole, path)
    elif not _same(field, old, new, whole):
        yield Difference(path, _change(old), field.replaces)


def _change(old: Value) -> Change:
    """A zero value in the state is there all the same."""
    return Change.ADD if old is None else Change.UPDATE


def _same(field: Field, old: Value, new: Value, whole: State) -> bool:
    if field.same and field.same(old, new, whole):
        return True
    return old == new or (is_zero(old) and is_zero(new))


def _collection(field: Field, old: Value, new: Value, whole: State, path: str) -> Iterator[Difference]:
    """What appears or empties is named whole."""
    if is_zero(old) or is_zero(new):
        if is_zero(old) != is_zero(new):
            change = Change.ADD if is_zero(old) else Change.DELETE
            yield Difference(path, change, field.replaces)
        return
    if field.type is Type.MAP:
        parts = _map(old, new, path)
    elif field.type is Type.LIST:
        parts = _list(field, old, new, whole, path)
    else:
        parts = _set(field, old, new, whole, path)
    for part in parts:
        yield part._replace(replaces=part.replaces or field.replaces)


def _map(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Difference]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            change = Change.DELETE if key not in new else Change.UPDATE if key in old else Change.ADD
            yield Difference(f"{path}.{key}", change, replaces=False)


def _list(field: Field, old: list[Value], new: list[Value], whole: State, path: str) -> Iterator[Difference]:
    shared = min(len(old), len(new))
    for position in range(shared):
        yield from _element(field, old[position], new[position], whole, f"{path}[{position}]")
    yield from _surplus(range(shared, len(new)), Change.ADD, path)
    yield from _surplus(range(shared, len(old)), Change.DELETE, path)


def _set(field: Field, old: list[Value], new: list[Value], whole: State, path: str) -> Iterator[Difference]:
    """Elements have no place of their own: those that both have are taken away, the others compared in
    order, blocks by their fields."""
    left = Counter(_canonical(each) for each in new)
    gone = [each for each in old if not _taken(left, each)]
    left = Counter(_canonical(each) for each in old)
    come = [position for position, each in enumerate(new) if not _taken(left, each)]
    shared = min(len(gone), len(come))
    for before, position in zip(gone, come, strict=False):
        yield from _element(field, before, new[position], whole, f"{path}[{position}]")
    yield from _surplus(come[shared:], Change.ADD, path)
    yield from _surplus(range(len(new), len(new) + len(gone) - shared), Change.DELETE, path)


def _taken(left: Counter[str], element: Value) -> bool:
    key = _canonical(element)
    left[key] -= 1
    return left[key] >= 0


def _element(field: Field, old: Value, new: Value, whole: State, path: str) -> Iterator[Difference]:
    assert field.items is not None
    return _field(field.items, old, new, whole, path)


def _surplus(positions: Iterable[int], change: Change, path: str) -> Iterator[Difference]:
    for position in positions:
        yield Difference(f"{path}[{position}]", change, replaces=False)


def _canonical(value: Value) -> str:
    if isinstance(value, dict):
        held = cast(dict[str, Value], value)
        value = {key: sorted(each) if isinstance(each, list) else each for key, each in held.items()}
        value = {key: each for key, each in value.items() if not is_zero(each)}
    return json.dumps(value, sort_keys=True)


def planned(fields: Mapping[str, Field], olds: State, news: State) -> State:
    """The state that a change is expected to have: what the program says, and what the cloud chose."""
    state = {key: value for key, value in olds.items() if key not in fields}
    for key, field in fields.items():
        old, new = olds.get(key), news.get(key)
        if new is None:
            if field.computed and old is not None:
                state[key] = old
        elif field.type is Type.OBJECT and isinstance(old, dict) and new != UNKNOWN:
            state[key] = planned(field.fields, cast(State, old), new)
        else:
            state[key] = new
    return state


def project(fields: Mapping[str, Field], state: State, inputs: State) -> State:
    """The inputs that a read reports: those that were given before, with the values of now, or, when there
    were none (an import), every one that is not what the program would get by saying nothing."""
    known = {key: value for key, value in inputs.items() if key != "__defaults"}
    found: State = {}
    for key, field in fields.items():
        value = state.get(key)
        if known and key not in known:
            continue
        if known and field.type is Type.OBJECT and isinstance(value, dict):
            found[key] = project(field.fields, cast(State, value), known[key])
        elif known or not (is_zero(value) or value == field.default):
            found[key] = _inputs_only(field, value)
    return {key: value for key, value in found.items() if value is not None}


def _inputs_only(field: Field, value: Value) -> Value:
    if field.type is Type.OBJECT and isinstance(value, dict):
        return project(field.fields, cast(State, value), {})
    return value
