"""The index of decision records."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from network import markdown
from network.review import decisions
from tests.stacks import ROOT

FOLDER = ROOT / decisions.FOLDER
STATUS = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\n"
    r"Status: (?P<status>proposed|accepted|superseded by \[(?P<by>\d{4})\]\((?P<file>[\w.-]+)\))"
    r", (?P<date>20\d\d-\d\d-\d\d)\.(?: Stacks: [a-z0-9, -]+\.)?\n"
)
"""How a record begins."""


@dataclass(frozen=True)
class Record:
    """One decision."""

    name: str
    number: int
    title: str
    status: str
    superseded_by: str | None
    """File name of the record that took its place."""
    date: str
    stacks: frozenset[str]


def records(folder: Path = FOLDER) -> Iterator[Record]:
    """Yield the records in order. Raises ValueError for one that does not begin as all do."""
    for name, text in sorted(decisions.read(folder.parents[1]).items()):
        begins = STATUS.match(text)
        if begins is None:
            raise ValueError(
                f"{name} does not begin with `# <number>. <title>`, an empty line and "
                "`Status: proposed|accepted|superseded by [NNNN](<file>), YYYY-MM-DD.`, "
                "and perhaps ` Stacks: <names>.`"
            )
        yield Record(
            name,
            int(begins["number"]),
            begins["title"],
            begins["status"],
            begins["file"],
            begins["date"],
            decisions.stacks_of(text),
        )


def page() -> str:
    """Return the page."""
    rows = (
        (
            f"[{each.number}. {each.title}]({each.name})",
            each.status,
            each.date,
            ", ".join(sorted(each.stacks)),
        )
        for each in records()
    )
    lines = [
        "# Decisions",
        "",
        "What was decided, why, at what price, and what was not taken. A record is made from "
        "[template.md](template.md) under the next number: `proposed` while it is discussed, `accepted` once "
        "it is merged so. It is not rewritten when something else is decided later: it becomes `superseded "
        "by` the newer one, with a link.",
        "",
        "The review of a change asks for one where connections to or from outside the cluster are opened, "
        "addresses change, something is exposed, or what was promised, kept or guarded is given up: "
        "[the findings](../reference/review.md) tell which. A record that the same change adds, or adds to, "
        "answers where `Stacks:` in its first lines names the stack. What keeps changing alike, such as the "
        "routes of one application, may have one record that grows. Whether the reasons are good is for "
        "people to judge.",
        "",
        markdown.table(("decision", "status", "since", "stacks"), rows),
    ]
    return "\n".join(lines) + "\n"
