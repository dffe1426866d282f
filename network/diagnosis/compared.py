"""An object as it is beside one as it was planned. What the API server or a controller adds is passed over,
but for selectors and policies, where more is something else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from network.diagnosis.facts import Object, Objects

_LONGEST = 120
"""Characters of a value that are shown."""
_NOTHING = ({}, [], "", None, False)
"""Values that say the same as their absence, and that the API server may drop."""
_IN_ORDER = ".middlewares"
"""How paths of lists end in which the order says something."""
_EXACT = ("selector", "podSelector", "endpointSelector", "matchLabels")


def difference(objects: Objects, planned: Object, *, exact: bool = False) -> str | None:
    """Return in what the live object differs from a planned one, None if in nothing.

    Raises CannotLookError.
    """
    kind, metadata = planned["kind"], planned["metadata"]
    name = f"{kind} {metadata['name']}"
    live = objects.get(kind, metadata["name"], metadata.get("namespace"))
    if live is None:
        return f"there is no {name}"
    found = next(_differences("spec", planned.get("spec", {}), live.get("spec", {}), exact), None)
    if found is None:
        return None
    path, want, have = found
    return f"{name} has {path} {_shown(have)}, planned is {_shown(want)}"


def _differences(path: str, want: Any, have: Any, exact: bool) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(want, Mapping) and isinstance(have, Mapping):
        for key, value in want.items():
            if key in have:
                within = exact or key in _EXACT
                yield from _differences(f"{path}.{key}", value, have[key], within)
            elif value not in _NOTHING:
                yield f"{path}.{key}", value, None
        if exact:
            more = (key for key in have if key not in want and have[key] not in _NOTHING)
            yield from ((f"{path}.{key}", None, have[key]) for key in more)
    elif _is_list(want) and _is_list(have) and len(want) == len(have):
        for index, one, other in _pairs(path, want, have, exact):
            yield from _differences(f"{path}[{index}]", one, other, exact)
    elif want != have:
        yield path, want, have


def _pairs(path: str, want: Any, have: Any, exact: bool) -> Iterator[tuple[int, Any, Any]]:
    """Yield each element with its counterpart. Most lists are sets to Kubernetes, and the engine hands
    mappings of the stack file to the program in another order than the file's."""
    if path.endswith(_IN_ORDER):
        yield from ((index, *pair) for index, pair in enumerate(zip(want, have, strict=True)))
        return
    left = list(have)
    alone: list[tuple[int, Any]] = []
    for index, one in enumerate(want):
        found = next((each for each in left if next(_differences("", one, each, exact), None) is None), left)
        if found is left:
            alone.append((index, one))
        else:
            left.remove(found)
    yield from ((index, one, other) for (index, one), other in zip(alone, left, strict=True))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
