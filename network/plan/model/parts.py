"""Every object, release or resource of a plan, wherever in it a layer keeps it."""

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from network.plan.model.flows import Flow
from network.plan.model.kubernetes import ReleasePlan

_LEAVES = frozenset({str, bytes, int, float, bool, type(None)})
"""Types of nearly all that a plan holds in the end."""


def found(part: Any, kind: type[Any]) -> Iterator[Any]:
    """Yield the instances of a class in a part of the plan; nothing is looked for inside one, and of what an
    object of Kubernetes holds nothing but such objects."""
    pending = [part]
    while pending:
        each = pending.pop()
        if isinstance(each, dict) and "kind" in each:
            if kind is dict:
                yield each
        elif isinstance(each, kind) and kind is not dict:
            yield each
        elif not isinstance(each, ReleasePlan | Flow):
            within = [child for child in _within(each) if type(child) not in _LEAVES]
            pending += reversed(within)


def _within(part: Any) -> Iterable[Any]:
    if isinstance(part, Mapping):
        return part.values()
    if isinstance(part, Sequence) and not isinstance(part, str | bytes):
        return part
    return [getattr(part, name) for name in _fields(type(part))]


@functools.cache
def _fields(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of a dataclass' fields; none of another class'."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()
