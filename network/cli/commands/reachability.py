"""The command `network reachability`."""

import gc
from pathlib import Path
from typing import Annotated, Literal

import typer

from network.cli import files
from network.cli.options import File, Format, Output, Semantics, Stack, Svg


def reachability(
    stack: Stack = None,
    file: File = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            help="Manifests of a folder instead; `-`: what `kubectl get -A -o json` prints.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="namespace/workload, namespace/*, address, range, host name, world, nodes: any name that "
            "this command, `flows` or `review` prints.",
        ),
    ] = None,
    destination: Annotated[str | None, typer.Option("--to", help="Likewise.")] = None,
    port: Annotated[str, typer.Option("--port", help="443, udp/53, tcp/8000-8999, all.")] = "all",
    semantics: Annotated[
        Semantics | None, typer.Option("--semantics", help="What suits the cluster if absent.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write the answer.")] = "text",
    output: Output = None,
    svg: Svg = None,
    drawing: Annotated[
        Literal["matrix", "graph"], typer.Option("--drawing", help="Which picture.")
    ] = "matrix",
    before: Annotated[
        Path | None,
        typer.Option(
            "--before", help="A stack file, or a folder of manifests: show or colour what differs from it."
        ),
    ] = None,
    suspicions: Annotated[
        bool, typer.Option("--suspicions", help="Show what in the policies is probably not meant.")
    ] = False,
    without: Annotated[
        list[str],
        typer.Option(
            "--without", help="A kind to leave out, on your word that it decides nothing; repeatable."
        ),
    ] = [],  # noqa: B006  typer copies it
    namespace: Annotated[
        str | None,
        typer.Option(
            "--namespace", "-n", help="Where objects are that name no namespace; default if absent."
        ),
    ] = None,
    pods: Annotated[
        str | None,
        typer.Option("--pods", help="Range that pods of unknown address are in, as 10.244.0.0/16."),
    ] = None,
    nodes: Annotated[
        str | None, typer.Option("--nodes", help="Range that nodes of unknown address are in.")
    ] = None,
) -> None:
    """Show who reaches whom under the policies; with --from and --to one connection, and why; with --before
    what opens and closes.

    Exits 1 if that connection is not possible, 2 if the input cannot be analysed, 3 if the answer depends on
    addresses that are not in the input.
    """
    collecting = gc.isenabled()
    # A run ends before garbage matters, and looking for it takes as long as reading a large cluster.
    gc.disable()
    try:
        from network.cli.reachability.answer import Question, answer
        from network.cli.reachability.reading import Input, Ranges

        code = answer(
            Question(
                about=Input(
                    stack=stack,
                    file=file,
                    folder=folder,
                    without=without,
                    namespace=namespace,
                    ranges=Ranges(pods, nodes),
                ),
                source=source,
                destination=destination,
                port=port,
                semantics=semantics,
                form=form,
                output=output,
                svg=svg,
                drawing=drawing,
                before=before,
                suspicions=suspicions,
            )
        )
    except ValueError as error:
        files.stop(str(error).encode("utf-8", "backslashreplace").decode())
    finally:
        if collecting:
            gc.enable()
    if code:
        raise typer.Exit(code)
