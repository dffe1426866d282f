"""`network plan`: everything that a stack declares, as one JSON document (see `network.review.document`)."""

from pathlib import Path
from typing import Any

from network import plan
from network.cli import global_entry
from network.cli.check import Line, check_file, stack_of
from network.plan import global_entry as plan_of_entry
from network.review.document import FORMAT, of_entry, of_file, of_plan
from network.stack_file import read


def document(path: Path) -> dict[str, Any]:
    """Return the document of a stack file: its problems if it has any, else what it leads to."""
    if global_entry.is_entry_file(path):
        return _of_entry(path)
    report = check_file(path)
    return {
        "format": FORMAT,
        "stack": stack_of(path),
        "problems": [_line(line) for line in report.problems],
        "warnings": [_line(line) for line in report.warnings],
        **of_file(read(path).layers),
        **({} if report.config is None else of_plan(report.config, plan.build(report.config))),
    }


def _of_entry(path: Path) -> dict[str, Any]:
    report = global_entry.check_entry_file(path)
    found = report.entry
    planned: dict[str, Any] = {}
    if found is not None and found.entry is not None:
        behind = plan_of_entry.build(found.entry, found.environments)
        planned = of_entry(behind, global_entry.taken_by(found))
    return {
        "format": FORMAT,
        "stack": report.stack,
        "problems": [_line(line) for line in report.problems],
        "warnings": [_line(line) for line in report.warnings],
        **of_file(read(path).layers),
        **planned,
    }


def _line(line: Line) -> dict[str, Any]:
    return {"line": line.line, "where": line.where, "rule": line.rule, "fix": line.fix}
