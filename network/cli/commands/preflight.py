"""The command `network preflight`."""

from pathlib import Path
from typing import Annotated

import typer

from network.cli import files
from network.cli.options import Context, File, Form, Stack


def _print_codes(wanted: bool) -> None:
    if not wanted:
        return
    from network.preflight import table_of_codes

    typer.echo(table_of_codes())
    raise typer.Exit


def preflight(
    stack: Stack = None,
    file: File = None,
    to: Annotated[
        str,
        typer.Option(help="Version: a slug, or a minor such as 1.37; else the newest that is offered."),
    ] = "",
    manifests: Annotated[
        list[Path] | None,
        typer.Option(
            help="Manifests beside the plan's, such as `helm template` prints; may be repeated.",
            show_default=False,
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    context: Context = None,
    form: Form = "text",
    codes: Annotated[  # noqa: ARG001  answered by its callback
        bool,
        typer.Option("--codes", callback=_print_codes, is_eager=True, help="List the kinds of rows."),
    ] = False,
) -> None:
    """Look whether the cluster can be upgraded now: what DigitalOcean would refuse, what would stop halfway,
    and which requests would fail (docs/tasks/upgrade.md).

    Reads the cluster by kubectl, with the rights of whoever looks, and the account by its API; changes
    nothing. Exits 0 if it is fit, 1 if something is not, 2 if something could not be looked at.
    """
    from network import plan
    from network.cli.check import stack_of
    from network.cli.findings import lines_of, report
    from network.cli.project import chosen, root
    from network.cli.report import valid_config
    from network.live.account import Account
    from network.live.cluster import Cluster
    from network.live.parallel import seen
    from network.plan.model.names import environment_name
    from network.preflight import preflight as look
    from network.preflight.manifests import UnreadableError, objects_of
    from network.preflight.reading import read
    from network.stack_file import read as read_file

    if stack is None and file is None:
        files.stop("give --stack or --file: what is upgraded is one stack's cluster")
    (path,) = chosen([stack] if stack else [], [file] if file else [])
    config = valid_config(path)
    try:
        given = [each for one in manifests or () for each in objects_of(one)]
    except UnreadableError as error:
        files.stop(str(error))
    account = seen(lambda: Account.of_stack(root(), stack_of(path)))
    reading = read(environment_name(config), Cluster(context), account)
    found = look(plan.build(config), reading, to, given)
    report(found, form, lines_of(path.name, read_file(path).lines))
