"""The commands of a runbook, as they stand in it."""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.stacks import ROOT

FIRST = "First, in each shell"
"""Heading of the block that the others build on."""

MEND = "Mend the state"
"""Heading of the block that builds on none: without a state there is nothing to ask for."""

INTERRUPTED = ROOT / "docs" / "runbooks" / "interrupted-run.md"
"""What helps after an interrupted run."""

_HEADING = re.compile(r"^##+ (.*)$")


def read(file: Path = INTERRUPTED) -> Mapping[str, tuple[str, ...]]:
    """Return the shell blocks by the heading that they stand under."""
    found: dict[str, list[str]] = {}
    heading, block = "", None
    for line in file.read_text().splitlines():
        if block is not None:
            if line == "```":
                found.setdefault(heading, []).append("\n".join(block))
                block = None
            else:
                block.append(line)
        elif line == "```sh":
            block = []
        elif match := _HEADING.match(line):
            heading = match.group(1)
    return {heading: tuple(blocks) for heading, blocks in found.items()}
