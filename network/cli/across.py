"""`network check` across stacks: what one of them must leave to another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from network.cli.check import Line, Report, check_file
from network.config.errors import config_path
from network.plan import claims
from network.plan.claims import Claim


def check_files(files: Sequence[Path], wanted: Iterable[Path] | None = None) -> list[Report]:
    """Check stack files, each alone and those that lie in one folder against each other.

    Reports are returned of the wanted files, of all if absent. A folder is a project, whose stacks may share
    an account; what is elsewhere is another project, or the same one at another time.
    """
    reports = {path: check_file(path) for path in dict.fromkeys(files)}
    projects: defaultdict[Path, dict[str, tuple[Claim, ...]]] = defaultdict(dict)
    for path, report in reports.items():
        if report.config is not None:
            projects[path.resolve().parent][report.stack] = claims.of(report.config)
    return [
        _among(reports[path], projects[path.resolve().parent])
        for path in (files if wanted is None else wanted)
    ]


def _among(report: Report, taken: Mapping[str, tuple[Claim, ...]]) -> Report:
    """Return a report with what the stack takes that others of its project take as well."""
    if report.stack not in taken:
        return report
    found = [
        Line(
            report.line(each.claim.location),
            f"{config_path(each.claim.location)}: {each.claim.value}",
            each.rule,
            each.fix,
        )
        for each in claims.collisions(report.stack, taken)
    ]
    problems = sorted((*report.problems, *found), key=lambda line: line.line)
    return replace(report, problems=tuple(problems), config=None if found else report.config)
