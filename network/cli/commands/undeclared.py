"""The command `network undeclared`."""

from pathlib import Path
from typing import Annotated

import typer

from network.cli import files


def undeclared(
    pods: Annotated[
        Path | None, typer.Option("--pods", help="What `kubectl get pods -A -o json` printed, for names.")
    ] = None,
) -> None:
    """Read Cilium's verdicts where policies only report: show what enforcing would cut (docs/policies.md).

    Takes what `cilium-dbg monitor --type policy-verdict` or `hubble observe --type policy-verdict` prints, in
    any of its formats. Exits 2 if there is no verdict in it.
    """
    from rich.console import Console
    from rich.table import Table

    from network.cli.undeclared import pod_names, read

    try:
        names = pod_names(pods.read_text(encoding="utf-8")) if pods else {}
        verdicts = read(files.standard_input().decode("utf-8", "replace").splitlines(), names)
    except (OSError, ValueError) as error:
        files.stop(str(error))
    if verdicts.others:
        typer.echo(f"passed over {verdicts.others} lines that are no verdicts", err=True)
    if verdicts.cut:
        typer.echo(f"{verdicts.cut} verdicts are of connections that are cut already", err=True)
    if not verdicts.undeclared:
        typer.echo(f"These {verdicts.read} verdicts tell of nothing that enforcing would cut.")
        return
    table = Table("cut by policies of", "from", "to", "port", "times", box=None)
    for each, times in sorted(verdicts.undeclared.items()):
        end = "the source" if each.direction == "egress" else "the destination"
        table.add_row(end, each.source, each.destination, f"{each.port}/{each.protocol}", str(times))
    Console().print(table)
