"""The command `network dashboards`."""

from pathlib import Path
from typing import Annotated

import typer

from network.cli import files
from network.cli.options import File, Stack


def dashboards(
    stack: Stack = None,
    file: File = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write here, not to the screen: a folder, which gets a file for each dashboard.",
        ),
    ] = None,
) -> None:
    """Write a stack's dashboards as JSON, for a Grafana elsewhere: `<uid>.json` each, to be imported or
    provisioned. Which data source they ask is chosen there.

    The platform's own Grafana has them already. Exits 1 if the stack is not watched: it has none.
    """
    from network.cli import exits
    from network.cli.project import chosen
    from network.cli.report import valid_config
    from network.plan import build
    from network.plan.observability.grafana import grafana_json

    paths = chosen([stack] if stack else [], [file] if file else [])
    if len(paths) > 1:
        files.stop(f"choose one stack by --stack: {', '.join(path.name for path in paths)}")
    found = [board for layer in build(valid_config(paths[0])).layers for board in layer.dashboards]
    if not found:
        typer.echo(f"{paths[0].name} has no `network:observability`, so there are no dashboards", err=True)
        raise typer.Exit(exits.REFUSED)
    if output is None:
        typer.echo(f"[{', '.join(map(grafana_json, found))}]")
        return
    output.mkdir(parents=True, exist_ok=True)
    for board in found:
        files.write(output / f"{board.uid}.json", grafana_json(board))
        typer.echo(output / f"{board.uid}.json")
