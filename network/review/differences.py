"""Differences of plain data."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.review.markdown import ABSENT

Path = tuple[str, ...]


def differences(before: Any, after: Any, here: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Yield where two values differ: the path, the value before and the value after.

    Mappings are compared key by key, all else as a whole: a list has no keys, and a shifted index would
    make one inserted entry look like a change of all that follow.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from differences(before.get(key, ABSENT), after.get(key, ABSENT), (*here, str(key)))
    elif before is ABSENT or after is ABSENT or before != after:
        yield here, before, after


def dotted(path: Path) -> str:
    """Return a path as `a.b.c`."""
    return ".".join(path)
