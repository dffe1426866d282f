"""The command `network capacity`."""

from typing import Annotated

import typer

from network.cli import files
from network.cli.options import File, Format, Output, Stack


def capacity(
    stack: Stack = None,
    file: File = None,
    requests: Annotated[
        float | None,
        typer.Option("--requests", min=0.001, help="Requests a second that clients ask for at the peak."),
    ] = None,
    connections: Annotated[
        float | None, typer.Option("--connections", min=1, help="Connections that are open then.")
    ] = None,
    new_tls: Annotated[
        float | None,
        typer.Option("--new-tls", min=0, max=100, help="Percentage of requests by a new connection."),
    ] = None,
    peak: Annotated[
        str, typer.Option("--peak", help="Times that load: 3x. With --live alone, of today's busiest moment.")
    ] = "1x",
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Ask what is used now: a Prometheus, and the account for prices and Droplets."
        ),
    ] = False,
    url: Annotated[
        str, typer.Option("--url", help="Address of the Prometheus, as `make view-prometheus` opens it.")
    ] = "http://localhost:9090",
    all_nodes: Annotated[
        bool, typer.Option("--all-nodes", help="While every node is there; otherwise one is gone.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = "text",
    output: Output = None,
) -> None:
    """Show what breaks first as load grows, what raises it, and what all costs by the month
    (docs/capacity.md).

    The load is that of the options, else of `ingress.expectedLoad`, else with --live of today's busiest
    moment; a third more is reckoned. Exits 1 if something does not fit, 2 if it all fits but something could
    not be looked at, or if no load is told.
    """
    from network.cli.capacity import Asked, document, examine, markdown, text
    from network.cli.check import stack_of
    from network.cli.project import chosen
    from network.cli.report import valid_config

    paths = chosen([stack] if stack else [], [file] if file else [])
    if len(paths) != 1:
        files.stop("one stack at a time: choose it by --stack")
    config = valid_config(paths[0])
    asked = Asked(
        requests=requests,
        connections=connections,
        new_tls_percent=new_tls,
        peak=peak,
        prometheus=url if live else None,
        node_gone=not all_nodes,
    )
    try:
        found = examine(config, asked, paths[0].parent, stack_of(paths[0]))
    except ValueError as error:
        files.stop(str(error))
    match form:
        case "json":
            files.tell(document(found), output)
        case "markdown":
            files.tell(markdown(found), output)
        case "text":
            files.tell(text(found), output)
    raise typer.Exit(found.status)
