"""The command `network objectives`."""

import json
from typing import Annotated

import typer

from network.cli import files
from network.cli.options import Form


def objectives(
    url: Annotated[
        str, typer.Option("--url", help="Address of the Prometheus, as `make view-prometheus` opens it.")
    ] = "http://localhost:9090",
    form: Form = "text",
) -> None:
    """Show how each objective stands, from a running Prometheus: target, now, budget left, burn rate.

    Exits 1 if a budget is spent, 2 if there is no Prometheus or it knows no objective, 3 if of some nothing
    is known, since nobody asked for what they promise.
    """
    from rich.console import Console

    from network.cli.objectives import QUERY, document, promises, table, verdict
    from network.cli.prometheus import query

    try:
        kept = promises(query(url, QUERY))
    except ValueError as error:
        files.stop(str(error))
    if not kept:
        files.stop(f"{url} knows no objective: declare one in observability.objectives, or name another")
    if form == "json":
        typer.echo(json.dumps(document(kept), indent=2))
    else:
        Console().print(table(kept))
    raise typer.Exit(verdict(kept))
