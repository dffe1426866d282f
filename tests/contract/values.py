"""Values of a chart, one by one: each is changed, so that what the chart renders must change with it."""

from collections.abc import Iterator, Mapping
from typing import Any


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield path and value of everything that is no map."""
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from leaves(child, (*path, key))
    else:
        yield path, value


def maps(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of everything that is a map."""
    if isinstance(value, Mapping):
        yield path
        for key, child in value.items():
            yield from maps(child, (*path, key))


def changed(value: Any) -> Any:
    """Return another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return value / 2
        case str():
            return f"{value}x"
        case list():
            return [*value[1:]] if value else ["198.51.100.7/32"]
        case dict():
            return {"added": True}  # an empty one: others are looked into
        case _:
            raise TypeError(f"no other value known for {value!r}")


def replaced(values: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return the values with one of them replaced or added."""
    if not path:
        return value
    key, *rest = path
    return {**values, key: replaced(values.get(key, {}), tuple(rest), value)}
