"""The command `network reachability`."""

import gc
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from network.cli import files
from network.cli import reachability as asked
from network.cli import reachability_output as output_of
from network.cli.files import writable
from network.reachability import Reachability, Semantics
from network.reachability.ports import parse as parse_ports

Drawing = Literal["matrix", "graph"]


def reachability(
    stack: Annotated[str | None, typer.Option("--stack", "-s", help="Analyse what this stack makes.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", help="Analyse manifests of a folder; `-`: what `kubectl get -A -o json` prints."
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
    output: Annotated[output_of.Format, typer.Option("--output", "-o", help="How to write it.")] = "text",
    svg: Annotated[
        Path | None,
        typer.Option("--svg", callback=writable, help="Write a picture instead; {stack} is replaced."),
    ] = None,
    drawing: Annotated[Drawing, typer.Option("--drawing", help="Which picture.")] = "matrix",
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
        if (stack is None) == (folder is None) or (source is None) != (destination is None):
            raise ValueError("give one of --stack and --folder, and both --from and --to or none")
        if sum((svg is not None or before is not None, source is not None, suspicions)) > 1:
            raise ValueError("give one of --from with --to, --before or --svg, and --suspicions")
        if port != "all" and source is None:
            raise ValueError("--port is part of a question: give --from and --to as well")
        if stack is not None and not stack.strip():
            raise ValueError("--stack needs the name of a stack, not an empty one")
        ranges = asked.Ranges(pods, nodes)
        read = ranges.applied(_read(stack, folder, without, namespace))
        if source is not None and destination is not None:
            _point(read, semantics, source, destination, port, output)
        elif before is not None:
            earlier = ranges.applied(_read_file(before, without, namespace))
            was, found = _both(earlier, read, semantics)
            if svg is not None:
                _picture(found, was, stack or str(folder), before, svg, drawing)
            else:
                typer.echo(output_of.changes(was, found, output))
        else:
            found = _analysed(read, semantics)
            if svg is not None:
                _picture(found, None, stack or str(folder), before, svg, drawing)
            elif suspicions:
                typer.echo(output_of.suspicions(found, output, planned=folder is None))
            else:
                typer.echo(output_of.rows(found, output))
    except (asked.UnusableInputError, ValueError) as error:
        typer.echo(str(error).encode("utf-8", "backslashreplace").decode(), err=True)
        raise typer.Exit(2) from error
    finally:
        if collecting:
            gc.enable()


def _point(
    read: asked.Read,
    semantics: Semantics | None,
    source: str,
    destination: str,
    port: str,
    output: output_of.Format,
) -> None:
    wanted = parse_ports(port)
    _print_notes(read.notes)
    parts = asked.point(read, semantics, source, destination, wanted)
    typer.echo(output_of.point(parts, output))
    if code := asked.exit_code(parts):
        raise typer.Exit(code)


def _both(
    earlier: asked.Read, later: asked.Read, semantics: Semantics | None
) -> tuple[Reachability, Reachability]:
    """Analyse both sides of a comparison by the same semantics."""
    if semantics is None:
        semantics, notes = asked.alike(earlier, later)
        _print_notes(notes)
    return _analysed(earlier, semantics), _analysed(later, semantics)


def _read(stack: str | None, folder: Path | None, without: list[str], namespace: str | None) -> asked.Read:
    if folder is not None:
        return asked.of_manifests(folder, without, sys.stdin.buffer.read, namespace)
    # The models of a stack take longer to import than most clusters to analyse.
    from network.cli.project import stack_files
    from network.cli.reachability_of_stack import of_stack

    return of_stack(stack_files([stack] if stack else [])[0])


def _read_file(path: Path, without: list[str], namespace: str | None) -> asked.Read:
    if path.is_file() and path.name.startswith("Pulumi."):
        from network.cli.reachability_of_stack import of_stack

        return of_stack(path)
    return asked.of_manifests(path, without, sys.stdin.buffer.read, namespace)


def _analysed(read: asked.Read, semantics: Semantics | None) -> Reachability:
    found, notes = asked.analysed(read, semantics)
    _print_notes(notes)
    return found


def _picture(
    found: Reachability,
    earlier: Reachability | None,
    what: str,
    before: Path | None,
    svg: Path,
    drawing: Drawing,
) -> None:
    """Write a picture. Raises ValueError if nobody could read it."""
    from network.reachability import render

    most = render.MOST if drawing == "matrix" else render.MOST_IN_GRAPH
    title = f"Reachability of {what}"
    if earlier is None or before is None:
        picture = render.of_reachability(found, most)
    else:
        picture = render.of_difference(earlier, found, most)
        title += f" against {before.name}"
    drawn = render.matrix(picture, title) if drawing == "matrix" else render.graph(picture, title)
    files.write(Path(str(svg).replace("{stack}", what)), drawn)


def _print_notes(notes: tuple[str, ...]) -> None:
    """Print notes where they do not mix with the output."""
    if not notes:
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    for note in notes:
        console.print(f"note: {note}", style="cyan")
