"""The order of version slugs as the plugin sees it: that of semantic versions."""

import re

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?")


def is_older(new: str, old: str) -> bool:
    """Whether `new` comes before `old`; never, when one of them is no version.

    "1.36" counts as 1.36.0 and so comes before "1.36.1-do.0"; "1.35.4" comes after "1.35.4-do.0".
    """
    newer, older = _key(new), _key(old)
    return newer is not None and older is not None and newer < older


def _key(text: str) -> tuple[tuple[int, ...], int, tuple[tuple[int, int, str], ...]] | None:
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    numbers = tuple(int(part) for part in match[1].split("."))
    numbers += (0,) * (3 - len(numbers))
    if match[2] is None:
        return numbers, 1, ()
    parts = match[2].split(".")
    return numbers, 0, tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
