"""Tables in Markdown: of the page of flows, of reviews and of the commands."""

from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table. A bar in a cell would end it, in code spans too."""
    escaped = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join((_line(headings), "|" + "---|" * len(headings), *map(_line, escaped)))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
