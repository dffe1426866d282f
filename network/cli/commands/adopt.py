"""The command `network adopt`."""

from typing import Annotated, Literal

import typer

from network.cli import files
from network.cli.options import Context, File, Stack


def adopt(
    stack: Stack = None,
    file: File = None,
    context: Context = None,
    form: Annotated[
        Literal["text", "json", "import"],
        typer.Option("--format", help="How to write it; `import` is what `pulumi import --file` reads."),
    ] = "text",
) -> None:
    """Show what of a stack's plan exists already, how `pulumi up` would take it over, and what would change
    (docs/adopt.md).

    Reads the account by its API and, where the stack's cluster is there, the cluster by kubectl; changes
    nothing. Exits 0 if `up` would change nothing about what it takes over, 1 if it would, or if it is
    refused, 2 if something could not be looked at.
    """
    from network import plan
    from network.adoption.reading import read
    from network.adoption.stack import find
    from network.cli.adopt import report
    from network.cli.check import stack_of
    from network.cli.findings import lines_of
    from network.cli.project import chosen, root
    from network.cli.report import valid_config
    from network.live.account import Account
    from network.live.cluster import Cluster
    from network.live.parallel import seen
    from network.stack_file import read as read_file

    if stack is None and file is None:
        files.stop("give --stack or --file: what exists is held against one plan")
    (path,) = chosen([stack] if stack else [], [file] if file else [])
    config = valid_config(path)
    account = seen(lambda: Account.of_stack(root(), stack_of(path)))
    found = find(config, plan.build(config), read(config, Cluster(context), account))
    report(found, form, path.name, lines_of(path.name, read_file(path).lines))
