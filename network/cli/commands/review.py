"""The command `network review`."""

from typing import Annotated

import typer

from network.cli import exits, files
from network.cli.options import Output, Stacks


def _print_kinds(wanted: bool) -> None:
    if not wanted:
        return
    from network.review.kinds import KINDS

    for kind in sorted(KINDS.values(), key=lambda kind: -kind.weight):
        record = " (asks for a decision record)" if kind.decides else ""
        typer.echo(f"{kind.name:24}{kind.weight.name.lower():11}{kind.meaning}{record}")
    raise typer.Exit


def review(
    stack: Stacks,
    base: Annotated[str, typer.Option("--base", help="Git ref, or folder, to compare with.")],
    head: Annotated[str, typer.Option("--head", help="Git ref, or folder, under review.")] = ".",
    fail_on: Annotated[
        str,
        typer.Option("--fail-on", help="Kinds of findings, with commas, that make it exit 1 (see --kinds)."),
    ] = "",
    output: Output = None,
    preview_url: Annotated[
        str | None, typer.Option("--preview-url", help="Where `pulumi preview`'s result stands.")
    ] = None,
    kinds: Annotated[  # noqa: ARG001  answered by its callback
        bool,
        typer.Option("--kinds", callback=_print_kinds, is_eager=True, help="List the kinds of findings."),
    ] = False,
) -> None:
    """Tell what a change does to the platform, as one Markdown comment for its pull request.

    Needs no credentials, state or cluster. Each side's plan is made by its own version of the code. Exits 1
    if there is a finding of `--fail-on`, 2 if a side cannot be read at all.
    """
    from network.cli.project import root
    from network.cli.review import review as review_of
    from network.cli.review import unknown_kinds
    from network.review.sources import SourceError

    wanted = [name.strip() for name in fail_on.split(",") if name.strip()]
    if unknown := unknown_kinds(wanted):
        files.stop(f"no such kind: {', '.join(unknown)}; `network review --kinds` lists them")
    try:
        reviewed = review_of(base, head, stack, preview_url, root())
    except SourceError as error:
        files.stop(str(error))
    files.tell(reviewed.comment.text(), output)
    if failed := [name for name in wanted if name in reviewed.found]:
        typer.echo(f"refused: {', '.join(failed)}", err=True)
        raise typer.Exit(exits.REFUSED)
