"""Every object, release or resource of a plan, wherever in it a layer keeps it."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from network.plan.model.flows import Flow
from network.plan.model.kubernetes import ReleasePlan


def found(part: Any, kind: type[Any]) -> Iterator[Any]:
    """Yield the instances of a class in a part of the plan; nothing is looked for inside one."""
    if isinstance(part, kind) and (kind is not dict or "kind" in part):
        yield part
        return
    if isinstance(part, ReleasePlan | Flow):
        return
    if dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from found(getattr(part, field.name), kind)
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from found(value, kind)
    elif isinstance(part, Sequence) and not isinstance(part, str | bytes):
        for item in part:
            yield from found(item, kind)
