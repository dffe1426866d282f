"""`network check` across stacks: what one of them must leave to another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from network.cli import global_entry
from network.cli.check import Line, Report, check_file
from network.config.errors import config_path
from network.plan import claims
from network.plan.claims import Claim


def check_files(files: Sequence[Path], wanted: Iterable[Path] | None = None) -> list[Report]:
    """Check stack files, each alone and those that lie in one folder against each other.

    Reports are returned of the wanted files, of all if absent. A folder is a project, whose stacks may share
    an account, with its global load balancers; what is elsewhere is another project, or the same one at
    another time.
    """
    reports = {path: _check(path) for path in _with_what_is_beside(files)}
    projects: defaultdict[Path, dict[str, tuple[Claim, ...]]] = defaultdict(dict)
    for path, report in reports.items():
        if report.entry is not None:
            projects[_project(path)][report.stack] = global_entry.taken_by(report.entry)
        elif report.config is not None:
            projects[_project(path)][report.stack] = claims.of(report.config)
    return [
        _among(reports[path], projects[_project(path)])
        for path in (dict.fromkeys(files) if wanted is None else wanted)
    ]


def _check(path: Path) -> Report:
    return global_entry.check_entry_file(path) if global_entry.is_entry_file(path) else check_file(path)


def _with_what_is_beside(files: Sequence[Path]) -> list[Path]:
    """Return the files, the global load balancers of their projects, and what stands behind those."""
    beside = [
        *(other for path in files for other in global_entry.entry_files(_project(path))),
        *(
            other
            for path in files
            if global_entry.is_entry_file(path)
            for other in sorted(_project(path).glob("Pulumi.*.yaml"))
        ),
    ]
    known = {path.resolve() for path in files}
    return [*dict.fromkeys(files), *(each for each in dict.fromkeys(beside) if each not in known)]


def _project(path: Path) -> Path:
    return path.resolve().parents[1 if global_entry.is_entry_file(path) else 0]


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
