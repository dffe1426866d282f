"""The commands."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from network.cli import files, reachability_command
from network.cli.files import Commands, writable
from network.cli.report import print_report
from network.cli.undeclared_command import undeclared

if TYPE_CHECKING:
    from network.config import StackConfig

# Each command imports what it needs: an analysis of manifests is not to wait for the models of a stack.

app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help=__doc__)

Stacks = Annotated[list[str], typer.Option("--stack", "-s", help="Stack; may be repeated. All if absent.")]


def _print_kinds(wanted: bool) -> None:
    if not wanted:
        return
    from network.review.kinds import KINDS

    for kind in sorted(KINDS.values(), key=lambda kind: -kind.weight):
        record = " (asks for a decision record)" if kind.decides else ""
        typer.echo(f"{kind.name:24}{kind.weight.name.lower():11}{kind.meaning}{record}")
    raise typer.Exit


@app.callback()
def network() -> None:
    """The network platform: what Pulumi cannot do."""
    files.print_anything()


@app.command()
def check(
    stack: Stacks = [],  # noqa: B006  typer copies it
    file: Annotated[list[Path], typer.Option("--file", "-f", help="A stack file elsewhere.")] = [],  # noqa: B006
) -> None:
    """Check stack files: every problem at once, with line, rule and fix; and each against the others.

    Exits 1 if there is a problem, 2 if a file cannot be read at all.
    """
    from network.cli.across import check_files
    from network.cli.project import stack_files

    reports = check_files(file) if file else check_files(stack_files([]), wanted=stack_files(stack))
    console = Console(highlight=False, soft_wrap=True)
    for report in reports:
        print_report(report, console)
    if any(report.problems for report in reports):
        raise typer.Exit(1 if all(report.readable for report in reports) else 2)


@app.command()
def schema(
    write: Annotated[bool, typer.Option("--write", help="Write stack.schema.json.")] = False,
    current: Annotated[
        bool, typer.Option("--check", help="Exit 1 if the file is not what the models say.")
    ] = False,
) -> None:
    """Print the JSON Schema of stack files, write it, or check that it is current."""
    from network.cli import schema as schema_file
    from network.cli.project import root

    if write:
        files.write(root() / schema_file.NAME, schema_file.text())
    elif current and not schema_file.is_current(root()):
        typer.echo(f"{schema_file.NAME} is not what the models say: run `network schema --write`", err=True)
        raise typer.Exit(1)
    elif not current:
        typer.echo(schema_file.text(), nl=False)


@app.command()
def addresses(
    stack: Stacks = [],  # noqa: B006
    svg: Annotated[
        Path | None,
        typer.Option("--svg", callback=writable, help="Write a picture instead; {stack} is replaced."),
    ] = None,
) -> None:
    """Show the address plan: ranges, what fits in them, what is free."""
    from network.cli.addresses import table
    from network.cli.project import stack_files
    from network.plan import addresses as address_plan
    from network.plan.addresses.picture import picture

    for path in stack_files(stack):
        config = _config(path)
        plan = address_plan.build(config)
        title = f"Addresses of {config.environment.name}"
        if svg is None:
            Console().print(table(plan, title))
        else:
            files.write(_named(svg, config.environment.name), picture(plan, title))


@app.command()
def flows(
    stack: Stacks = [],  # noqa: B006
    output: Annotated[
        Path | None, typer.Option("--output", "-o", callback=writable, help="Write the page there.")
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg", callback=writable, help="Also write a drawing of each stack; {stack} is replaced."
        ),
    ] = None,
) -> None:
    """Show the declared flows by layer, with ports and reasons, as Markdown."""
    from network.cli.check import stack_of
    from network.cli.project import stack_files
    from network.plan import build, flow_document
    from network.reachability import render

    configs = {stack_of(path): _config(path) for path in stack_files(stack)}
    page = flow_document.page(configs)
    if output is None:
        typer.echo(page, nl=False)
    else:
        files.write(output, page)
    for name, config in configs.items() if svg is not None else ():
        drawn = render.of_flows(build(config).flows)
        files.write(_named(svg, name), render.graph(drawn, f"Declared flows of {name}"))


def _named(svg: Path | None, stack: str) -> Path:
    return Path(str(svg).replace("{stack}", stack))


def _config(path: Path) -> "StackConfig":
    """Return a stack's config; print its problems and exit if it has any."""
    from network.cli.check import check_file

    report = check_file(path)
    if report.config is None:
        print_report(report, Console(highlight=False, soft_wrap=True))
        raise typer.Exit(1 if report.readable else 2)
    return report.config


@app.command()
def plan(
    stack: Stacks = [],  # noqa: B006
    file: Annotated[list[Path], typer.Option("--file", "-f", help="A stack file elsewhere.")] = [],  # noqa: B006
) -> None:
    """Print everything that the stacks declare as JSON, one document per stack; secrets are left out.

    A stack file with problems gives a document that holds them instead of a plan.
    """
    from network.cli.plan import document
    from network.cli.project import stack_files

    documents = [document(path) for path in file or stack_files(stack)]
    typer.echo(json.dumps(documents, ensure_ascii=False))


@app.command()
def review(
    base: Annotated[str, typer.Option("--base", help="Git ref, or folder, to compare with.")],
    head: Annotated[str, typer.Option("--head", help="Git ref, or folder, under review.")] = ".",
    stack: Stacks = [],  # noqa: B006
    fail_on: Annotated[
        str,
        typer.Option("--fail-on", help="Kinds of findings, with commas, that make it exit 1 (see --kinds)."),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", callback=writable, help="Write the comment there.")
    ] = None,
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
        typer.echo(f"no such kind: {', '.join(unknown)}; `network review --kinds` lists them", err=True)
        raise typer.Exit(2)
    try:
        reviewed = review_of(base, head, stack, preview_url, root())
    except SourceError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    text = reviewed.comment.text()
    if output is None:
        typer.echo(text, nl=False)
    else:
        files.write(output, text)
    if failed := [name for name in wanted if name in reviewed.found]:
        typer.echo(f"refused: {', '.join(failed)}", err=True)
        raise typer.Exit(1)


app.command()(reachability_command.reachability)
app.command()(undeclared)
