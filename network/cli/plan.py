"""`network plan`: everything that a stack declares, as one JSON document (see `network.review.document`)."""

from pathlib import Path
from typing import Any

from network import plan
from network.cli.check import Line, check_file, stack_of
from network.review.document import FORMAT, of_file, of_plan
from network.stack_file import read


def document(path: Path) -> dict[str, Any]:
    """Return the document of a stack file: its problems if it has any, else what it leads to."""
    report = check_file(path)
    return {
        "format": FORMAT,
        "stack": stack_of(path),
        "problems": [_line(line) for line in report.problems],
        "warnings": [_line(line) for line in report.warnings],
        **of_file(read(path).layers),
        **({} if report.config is None else of_plan(report.config, plan.build(report.config))),
    }


def _line(line: Line) -> dict[str, Any]:
    return {"line": line.line, "where": line.where, "rule": line.rule, "fix": line.fix}
