"""The command `network doctor`."""

from typing import Annotated, Literal

import typer

from network.cli import files
from network.cli.options import About, File, Stack


def doctor(
    question: Annotated[
        list[str] | None,
        typer.Argument(
            help="A host; `<application>/<route>`; `A to B:port`, named as `reachability` names them; "
            "`certificate NAME`.",
            show_default=False,
        ),
    ] = None,
    stack: Stack = None,
    file: File = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every host, connection, certificate and workload: a morning look.")
    ] = False,
    about: Annotated[
        About | None,
        typer.Option("--about", help="All of one kind.", show_default=False),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option("--context", help="Of the kubeconfig; its current one if absent.", show_default=False),
    ] = None,
    form: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to write the answer.")
    ] = "text",
) -> None:
    """Find which link is broken between a client and a pod: go along all, from outside in, and compare each
    with the plan (docs/doctor.md).

    Asks name servers, the host itself, the cluster through kubectl, and the account; changes nothing. Exits 0
    if all is as planned, 1 if a link is broken, 2 if nothing is but something could not be seen.
    """
    from network.cli.doctor import diagnosed

    chosen = sum((bool(question), everything, about is not None))
    if chosen != 1:
        files.stop("ask one thing: a host, a route, `A to B`, `certificate NAME`, --all, or --about")
    diagnosed(question or [], about, stack, file, context, form, everything=everything)
