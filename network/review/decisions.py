"""Whether decision records are due (ADM-6): which findings ask for one, and which records came along."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from network.review.kinds import KINDS, Finding
from network.review.markdown import codes

FOLDER = "docs/decisions"
"""Folder of the recorded decisions."""
TEMPLATE = f"{FOLDER}/template.md"

_STACKS = re.compile(r"^Status: .*\bStacks: ([\w, -]+)", re.MULTILINE)


def read(project: Path) -> dict[str, str]:
    """Return the text of each record of a version, by its file's name."""
    return {path.name: path.read_text() for path in (project / FOLDER).glob("[0-9]*.md")}


def stacks_of(record: str) -> frozenset[str]:
    """Return the stacks that a record names: it answers for their changes."""
    named = _STACKS.search(record)
    return frozenset(named[1].replace(",", " ").split()) if named else frozenset()


def due(findings: Mapping[str, Iterable[Finding]], base: Mapping[str, str], head: Mapping[str, str]) -> str:
    """Return what to tell of decision records, by the findings of each stack and the records of both sides.

    A record that the change adds or edits answers for the stacks that it names: what somebody weighed is
    read by people, and held against the findings by nobody else.
    """
    recorded = {name: stacks_of(text) for name, text in head.items() if base.get(name) != text}
    answered = frozenset[str]().union(*recorded.values())
    asking = {stack: kinds for stack, found in findings.items() if (kinds := _deciding(found))}
    told: list[str] = []
    if missing := {stack: kinds for stack, kinds in asking.items() if stack not in answered}:
        each = "; ".join(f"{stack}: {codes(kinds)}" for stack, kinds in missing.items())
        told.append(
            f"**This change asks for a decision record** ({each}): say why, and what was weighed, in a "
            f"record made from `{TEMPLATE}`, or in one that is there, with `Stacks: {', '.join(missing)}`."
        )
    if recorded:
        named = ", ".join(
            codes([name]) + (f" ({', '.join(sorted(stacks))})" if stacks else "")
            for name, stacks in sorted(recorded.items())
        )
        told.append(f"**Decision record**: {named}.")
    return "\n\n".join(told)


def _deciding(findings: Iterable[Finding]) -> list[str]:
    found = {each.kind.name for each in findings if each.kind.decides}
    return [name for name in KINDS if name in found]
