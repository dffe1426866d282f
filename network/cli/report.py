"""What checking a stack file found, printed."""

import os
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from network.cli import exits
from network.cli.check import Line, Report, check_file
from network.config import StackConfig
from network.config.errors import MOST_SHOWN, further


def valid_config(path: Path) -> StackConfig:
    """Return a stack's config; print its problems and exit if it has any."""
    report = check_file(path)
    if report.config is None:
        print_report(report)
        raise typer.Exit(exits.UNUSABLE)
    return report.config


def print_report(report: Report) -> None:
    """Print its problems, warnings and notes, and how many there are."""
    console = Console(highlight=False, soft_wrap=True)
    for colour, kind, lines in (
        ("red", "error", report.problems),
        ("yellow", "warning", report.warnings),
    ):
        for line in lines[:MOST_SHOWN]:
            console.print(_described(report.path, line, colour, kind))
        if len(lines) > MOST_SHOWN:
            console.print(Text.assemble(f"{_shown(report.path)}: ", further(len(lines), kind)))
    for note in report.notes:
        console.print(Text.assemble(f"{_shown(report.path)}: ", ("note: ", "cyan"), note))
    count = len(report.problems)
    verdict = "valid" if count == 0 else "1 error" if count == 1 else f"{count} errors"
    warnings = f", {len(report.warnings)} warnings" if report.warnings else ""
    console.print(Text.assemble(f"{_shown(report.path)}: ", (verdict, "red" if count else "green"), warnings))


def _described(path: Path, line: Line, colour: str, kind: str) -> Text:
    return Text.assemble(
        f"{_shown(path)}:{line.line}: ",
        (f"{kind}: ", colour),
        f"{line.where}\n  rule: {line.rule}\n  fix:  {line.fix}",
    )


def _shown(path: Path) -> str:
    """Return the path as it leads there from here: two stack files may have one name."""
    return os.path.relpath(path) if path.parent.resolve() != Path.cwd() else path.name
