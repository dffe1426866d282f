"""What looking at the running platform gave, printed alike by every command that looks.

Not a table with columns: what was planned and found are sentences, which no terminal is wide enough for six
times beside each other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal, get_args

import typer
from rich.console import Console
from rich.text import Text

from network.config.errors import path_of
from network.config.model import Location
from network.live.finding import Finding, Verdict, status

Form = Literal["text", "json"]
Place = Callable[[str], str]
"""Where a key of the stack file stands, such as `Pulumi.dev.yaml:12`."""

_COLOURS: dict[Verdict, str] = {
    "as planned": "green",
    "differs": "red",
    "could not look": "yellow",
    "not reached": "bright_black",
}
_LABEL = 9
"""Width of the words before each line of a finding."""


def report(findings: Sequence[Finding], form: Form, place: Place = str, *, brief: bool = False) -> None:
    """Print findings, and end the command with their status; `brief` without those that are as planned, which
    are counted."""
    if form == "json":
        typer.echo(json.dumps(document(findings, place), indent=2))
    else:
        show(findings, place, brief=brief)
    raise typer.Exit(status(findings))


def document(findings: Sequence[Finding], place: Place = str) -> dict[str, Any]:
    """Return findings for JSON, in their order, with how often each verdict was given."""
    return {
        "status": status(findings),
        "verdicts": counts(findings),
        "findings": [
            {
                **asdict(each),
                "causes": list(each.causes),
                "place": place(each.declared) if each.declared else "",
            }
            for each in findings
        ],
    }


def counts(findings: Iterable[Finding]) -> dict[Verdict, int]:
    """Return how often each verdict was given."""
    given = Counter(each.verdict for each in findings)
    return {verdict: given[verdict] for verdict in get_args(Verdict)}


def lines_of(file: str, lines: Mapping[Location, int]) -> Place:
    """Return the place of each key of a stack file; of one that the file has not, that it is a default."""
    by_path = {path_of(location): line for location, line in lines.items()}

    def place(key: str) -> str:
        return f"{file}:{by_path[key]}, {key}" if key in by_path else f"{key}, by default"

    return place


def show(findings: Sequence[Finding], place: Place = str, *, brief: bool = False) -> None:
    """Print findings as text."""
    console = Console(highlight=False, soft_wrap=True)
    verdict_width = max((len(each.verdict) for each in findings), default=0)
    code_width = max((len(each.code) for each in findings), default=0)
    told_reasons: set[tuple[str, str, str]] = set()
    for each in findings:
        head = (f"{each.verdict:{verdict_width}}", _COLOURS[each.verdict])
        code = f"  {each.code:{code_width}}  "
        if each.verdict == "as planned":
            if brief:
                continue
            console.print(
                Text.assemble(head, code, f"{each.subject}: {each.found}", ("  " + each.source, "dim"))
            )
            continue
        reason = (each.found, each.source, each.remedy)
        if each.verdict == "could not look" and reason in told_reasons:
            why = ("  for the same reason, " + each.source, "dim")
            console.print(Text.assemble(head, code, (each.subject, "bold"), why))
            continue
        told_reasons.add(reason)
        console.print(Text.assemble(head, code, (each.subject, "bold")))
        for label, text in _told(each, place):
            console.print(Text(f"    {label:{_LABEL}}{text}"))
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts(findings).items() if count)
    console.print(Text(f"\n{told or 'nothing was looked at'}"))


def _told(finding: Finding, place: Place) -> Iterable[tuple[str, str]]:
    declared = f" ({place(finding.declared)})" if finding.declared else ""
    yield "planned", f"{finding.planned}{declared}"
    if finding.verdict != "not reached":
        yield "found" if finding.verdict == "differs" else "because", finding.found
        yield "read by", finding.source
    for number, cause in enumerate(finding.causes):
        yield "" if number else "usually", cause
    if finding.remedy:
        yield "do", finding.remedy
