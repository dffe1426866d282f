"""Stack files of global load balancers, beside those of the environments behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from network.cli.check import Line, Report, at_lines, by_line, check_file, config_map, stack_of
from network.config.errors import Problem, shown
from network.config.global_entry.load import Checked, check
from network.config.stack import StackConfig
from network.plan import claims
from network.plan.claims import Claim
from network.stack_file import read

FOLDER = "global"
"""In the project's folder: the program of global load balancers, and their stack files."""

_THIS = ""
"""Stands for the load balancer among the stacks."""


def is_entry_file(path: Path) -> bool:
    """Say whether a stack file is about a global load balancer: by where it lies."""
    return path.resolve().parent.name == FOLDER


def entry_files(project: Path) -> list[Path]:
    """Return the stack files of a project's global load balancers."""
    return sorted((project / FOLDER).glob("Pulumi.*.yaml"))


def hosts_of(project: Path, stack: str) -> dict[str, str]:
    """Return the hosts that global load balancers lead to a stack, each with the load balancer's name."""
    checked_entries = (check_entry_file(file).entry for file in entry_files(project))
    entries = (found.entry for found in checked_entries if found is not None and found.entry is not None)
    return {host: entry.name for entry in entries if stack in entry.environments for host in entry.hosts}


def environments(project: Path) -> dict[str, StackConfig | None]:
    """Return what a project's folder declares, by stack; None where a file is refused."""
    return {stack_of(file): check_file(file).config for file in sorted(project.glob("Pulumi.*.yaml"))}


def checked(raw: Mapping[str, str], project: Path) -> Checked:
    """Return what Pulumi's config map says of a global load balancer, after all rules and beside what the
    project's stacks take."""
    stacks = environments(project)
    found = check(raw, stacks)
    taken = {name: claims.of(config) for name, config in stacks.items() if config is not None}
    collisions = claims.collisions(_THIS, {**taken, _THIS: taken_by(found)})
    problems = (
        *found.problems,
        *(Problem(each.claim.location, shown(each.claim.value), each.rule, each.fix) for each in collisions),
    )
    return replace(found, entry=None if problems else found.entry, problems=problems)


def taken_by(found: Checked) -> tuple[Claim, ...]:
    """Return what a global load balancer takes; nothing if it is refused."""
    if found.entry is None:
        return ()
    account = next((each.environment.account for each in found.environments.values()), None)
    return claims.of_entry(found.entry, account)


def check_entry_file(path: Path) -> Report:
    """Check the stack file of a global load balancer. Raises OSError if there is no file to read."""
    file = read(path)
    faults = [Line(fault.line, fault.where, fault.rule, fault.fix) for fault in file.faults]
    if file.document is None:
        return Report(path, tuple(faults), (), readable=False, entry=Checked(None, ()))
    found = check(config_map(file.layers), environments(path.resolve().parents[1]))
    others = [each for each in found.problems if not file.is_doubtful(each.location)]
    problems = by_line([*faults, *at_lines(file, others)])
    return Report(
        path,
        problems=problems,
        warnings=by_line(at_lines(file, found.warnings)),
        notes=tuple(_notes(found)),
        lines=file.lines,
        entry=replace(found, entry=None if problems else found.entry),
    )


def _notes(found: Checked) -> Iterator[str]:
    """Yield what the file cannot show."""
    for host, says in found.entry.hosts.items() if found.entry else ():
        if not says.managed:
            yield (
                f"{host}: the control panel shows its records, two A and two AAAA, to be made where its zone "
                f"is served; certificate {says.certificate} must be in the account"
            )
