"""Markdown of GitHub's comments. What comes from files may come from a stranger's pull request, so it is
always in a code span: there nothing is a link, an image, a mention or HTML."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from network import markdown

LONGEST = 120
"""Characters of one value; the difference of files shows the rest."""
ABSENT: Any = object()
"""Stands for a value that is not there."""


def code(value: Any) -> str:
    """Return a value in a code span, on one line and never longer than a reader needs."""
    if value is ABSENT:
        return "*absent*"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.replace("`", "'").split()) or '""'
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    return f"`{text}`"


def change(before: Any, after: Any) -> str:
    """Return `before` → `after`."""
    return f"{code(before)} → {code(after)}"


def codes(values: Iterable[Any], most: int = 8) -> str:
    """Return values in code spans with commas, and how many were left out."""
    listed = list(values)
    rest = len(listed) - most
    return ", ".join(map(code, listed[:most])) + (f" and {rest} more" if rest > 0 else "")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, or nothing if it has no rows."""
    listed = list(rows)
    return markdown.table(headings, listed) if listed else ""


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """Return `1 danger`, `2 dangers`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
