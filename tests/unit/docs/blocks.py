"""Blocks of commands in documents, each with what is said of who runs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.stacks import ROOT

SHELL = {"sh", "bash", "shell", "console"}
NOT_RUN = {
    "needs an account of DigitalOcean": "reads or changes it, or a secret for it",
    "needs a platform that runs": "asks it, under names that the reader fills in or that nobody can foresee",
    "compares the reader's own change with a branch": "which no test has",
    "is typed on somebody's own device": "makes a key or a setting there",
    "runs every test": "this one among them",
}
"""Why no test runs a block, with what is meant."""

_MARK = re.compile(
    r"<!-- (?:run by (?P<by>tests/[\w/]+\.py)(?P<fails>, which expects it to fail)?"
    r"|not run: (?P<why>[^>]+)) -->"
)
_WHOLE_PAGE = re.compile(r"^<!-- every block: run by (tests/[\w/]+\.py) -->$", re.MULTILINE)
_FENCE = re.compile(r"^(\s*)```(\w*)\s*$")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    page: Path
    line: int
    language: str
    text: str
    run_by: str | None
    """The test that runs it, from the root on."""
    fails: bool
    """Whether the commands are expected to say no."""
    not_run: str | None
    """Why none does."""

    def __str__(self) -> str:
        page = self.page.relative_to(ROOT) if self.page.is_relative_to(ROOT) else self.page.name
        return f"{page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a document."""
    text = page.read_text()
    whole = _WHOLE_PAGE.search(text)
    lines = text.splitlines()
    opened: tuple[int, re.Match[str]] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if opened is None:
            opened = number, fence
            continue
        start, fence = opened
        mark = _MARK.fullmatch(lines[start - 1].strip()) if start else None
        yield Block(
            page,
            start + 1,
            fence[2],
            "\n".join(each.removeprefix(fence[1]) for each in lines[start + 1 : number]),
            mark["by"] if mark else whole[1] if whole else None,
            bool(mark and mark["fails"]),
            mark["why"] if mark else None,
        )
        opened = None
