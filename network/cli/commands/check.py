"""The command `network check`."""

import typer

from network.cli import exits
from network.cli.options import Files, Stacks


def check(stack: Stacks, file: Files) -> None:
    """Check stack files: every problem at once, with line, rule and fix; and each against the others.

    Those of global load balancers, in the folder `global`, are among them.

    Exits 1 if there is a problem, 2 if a file cannot be read at all.
    """
    from network.cli.across import check_files
    from network.cli.global_entry import entry_files
    from network.cli.project import chosen, root, stack_files
    from network.cli.report import print_report

    wanted = chosen(stack, file)
    if not (stack or file):
        wanted = [*wanted, *entry_files(root())]
    reports = check_files(file or [*stack_files([]), *wanted], wanted)
    for report in reports:
        print_report(report)
    if any(report.problems for report in reports):
        raise typer.Exit(exits.REFUSED if all(report.readable for report in reports) else exits.UNUSABLE)
