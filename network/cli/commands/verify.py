"""The command `network verify`."""

from typing import Annotated

import typer

from network.cli import files
from network.cli.options import Context, File, Form, Stack


def _print_codes(wanted: bool) -> None:
    if not wanted:
        return
    from network.verification import table_of_codes

    typer.echo(table_of_codes())
    raise typer.Exit


def verify(
    stack: Stack = None,
    file: File = None,
    context: Context = None,
    form: Form = "text",
    codes: Annotated[  # noqa: ARG001  answered by its callback
        bool,
        typer.Option("--codes", callback=_print_codes, is_eager=True, help="List the kinds of rows."),
    ] = False,
) -> None:
    """Hold what runs against the plan: a row for each fact, with where it was read and what to do
    (docs/verification.md).

    Reads the cluster by kubectl, with the rights of whoever looks, and the account by its API; changes
    nothing. Exits 0 if all is as planned, 1 if something differs, 2 if something could not be looked at.
    """
    from network import plan
    from network.cli.check import stack_of
    from network.cli.findings import lines_of, report
    from network.cli.project import chosen, root
    from network.cli.report import valid_config
    from network.live.account import Account
    from network.live.cluster import Cluster
    from network.live.parallel import seen
    from network.stack_file import read as read_file
    from network.verification import verify as compare
    from network.verification.reading import read

    if stack is None and file is None:
        files.stop("give --stack or --file: what runs is held against one plan")
    (path,) = chosen([stack] if stack else [], [file] if file else [])
    config = valid_config(path)
    account = seen(lambda: Account.of_stack(root(), stack_of(path)))
    found = compare(config, plan.build(config), read(config, Cluster(context), account))
    report(found, form, lines_of(path.name, read_file(path).lines))
