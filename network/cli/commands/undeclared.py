"""The command `network undeclared`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from network.cli import files
from network.cli.options import File, Stack

if TYPE_CHECKING:
    from network.cli.undeclared import Pod, Verdicts


def undeclared(
    pods: Annotated[
        Path | None, typer.Option("--pods", help="What `kubectl get pods -A -o json` printed, for names.")
    ] = None,
    stack: Stack = None,
    file: File = None,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Ask Hubble in Cilium's agents, through kubectl, instead of reading what is given."
        ),
    ] = False,
    server: Annotated[
        str | None,
        typer.Option(
            "--server",
            help="Ask this Hubble instead, by the `hubble` on PATH: a Relay as localhost:4245, or an agent's "
            "socket as unix:///run/cilium/hubble.sock.",
        ),
    ] = None,
    since: Annotated[
        str, typer.Option("--since", help="How far back Hubble is asked: 90s, 10m, 1h.")
    ] = "10m",
) -> None:
    """Read Cilium's verdicts: show what policies cut, and what enforcing would cut where they only report
    (docs/policies.md).

    Takes what `cilium-dbg monitor --type policy-verdict` or `hubble observe --type policy-verdict` prints, in
    any of its formats, or asks Hubble itself (--live, --server). With --stack or --file it writes the lines
    that would declare each connection. Exits 2 if there is no verdict in what is given.
    """
    from network.cli import hubble
    from network.cli.undeclared import Verdicts, pod_names, pods_by_owner, read

    if live and server:
        files.stop("give one of --live and --server")
    try:
        # Some shells put a mark before what they write into a file.
        listed = pods.read_text(encoding="utf-8-sig") if pods else hubble.pods() if live or server else None
        names = {} if listed is None else pod_names(listed)
        if live or server:
            lines = hubble.of_server(server, since) if server else hubble.of_agents(listed or "", since)
            verdicts = read(lines, names) if lines else Verdicts()
        else:
            verdicts = read(files.standard_input().decode("utf-8", "replace").splitlines(), names)
    except ValueError as error:
        files.stop(str(error))
    if verdicts.others:
        typer.echo(f"passed over {verdicts.others} lines that are no verdicts", err=True)
    if not (verdicts.undeclared or verdicts.denied):
        typer.echo(
            f"These {verdicts.read} verdicts tell of nothing that is cut, or that enforcing would cut."
        )
        return
    _show(verdicts)
    if stack or file:
        _propose(stack, file, verdicts, {} if listed is None else pods_by_owner(listed))


def _show(verdicts: Verdicts) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    heads = ("", "by policies of", "from", "to", "port", "times")
    table = Table(*(Column(head, overflow="fold") for head in heads), box=None)
    for what, found in (("cut", verdicts.denied), ("would be cut", verdicts.undeclared)):
        for each, times in sorted(found.items()):
            end = "the source" if each.direction == "egress" else "the destination"
            port = f"{each.port}/{each.protocol}"
            table.add_row(what, end, escape(each.source), escape(each.destination), port, str(times))
    Console().print(table)


def _propose(stack: str | None, file: Path | None, verdicts: Verdicts, known: dict[str, Pod]) -> None:
    """Print the lines that would declare each connection, once for both of its ends."""
    from network.cli.declaring import lines
    from network.cli.project import chosen
    from network.cli.report import valid_config

    (path,) = chosen([stack] if stack else [], [file] if file else [])
    config = valid_config(path)
    written: dict[str, list[str]] = {}
    for each in sorted({**verdicts.denied, **verdicts.undeclared}):
        what = f"# {each.source} to {each.destination}, {each.port}/{each.protocol}"
        about = written.setdefault(lines(config, each, known).text(), [])
        if what not in about:
            about.append(what)
    typer.echo(f"\nWhat would declare them in {path.name}, if they are meant:")
    for text, about in written.items():
        typer.echo("\n".join(["", *about, text]))
