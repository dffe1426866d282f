"""The commands."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from network.cli import files
from network.cli import reachability as reachability_command
from network.cli import schema as schema_file
from network.cli.across import check_files
from network.cli.addresses import table
from network.cli.check import Line, Report, check_file, stack_of
from network.cli.files import Commands, writable
from network.cli.plan import document
from network.cli.project import root, stack_files
from network.cli.review import review as review_of
from network.cli.review import unknown_kinds
from network.cli.undeclared import pod_names
from network.cli.undeclared import undeclared as undeclared_in
from network.config import StackConfig
from network.plan import addresses as address_plan
from network.plan import flow_document
from network.plan.address_picture import picture
from network.reachability import Reachability, Semantics, render
from network.reachability.ports import parse as parse_ports
from network.review.kinds import KINDS
from network.review.sources import SourceError

app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help=__doc__)

Drawing = Literal["matrix", "graph"]
Stacks = Annotated[list[str], typer.Option("--stack", "-s", help="Stack; may be repeated. All if absent.")]


def _print_kinds(wanted: bool) -> None:
    if not wanted:
        return
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
    reports = check_files(file) if file else check_files(stack_files([]), wanted=stack_files(stack))
    console = Console(highlight=False, soft_wrap=True)
    for report in reports:
        _print(report, console)
    if any(report.problems for report in reports):
        raise typer.Exit(1 if all(report.readable for report in reports) else 2)


@app.command()
def schema(
    write: Annotated[bool, typer.Option("--write", help=f"Write {schema_file.NAME}.")] = False,
    current: Annotated[
        bool, typer.Option("--check", help="Exit 1 if the file is not what the models say.")
    ] = False,
) -> None:
    """Print the JSON Schema of stack files, write it, or check that it is current."""
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
    configs = {stack_of(path): _config(path) for path in stack_files(stack)}
    page = flow_document.page(configs)
    if output is None:
        typer.echo(page, nl=False)
    else:
        files.write(output, page)
    for name, config in configs.items() if svg is not None else ():
        drawn = render.of_flows(flow for flows in flow_document.by_layer(config).values() for flow in flows)
        files.write(_named(svg, name), render.graph(drawn, f"Declared flows of {name}"))


def _named(svg: Path | None, stack: str) -> Path:
    return Path(str(svg).replace("{stack}", stack))


def _config(path: Path) -> StackConfig:
    """Return a stack's config; print its problems and exit if it has any."""
    report = check_file(path)
    if report.config is None:
        _print(report, Console(highlight=False, soft_wrap=True))
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


@app.command()
def reachability(
    stack: Annotated[str | None, typer.Option("--stack", "-s", help="Analyse what this stack makes.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", help="Analyse manifests of a folder; `-`: JSON of `kubectl get -A -o json`."
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="namespace/workload, address, host name, world, nodes.")
    ] = None,
    destination: Annotated[str | None, typer.Option("--to", help="Likewise.")] = None,
    port: Annotated[str, typer.Option("--port", help="443, udp/53, tcp/8000-8999, all.")] = "all",
    semantics: Annotated[
        Semantics | None, typer.Option("--semantics", help="What suits the cluster if absent.")
    ] = None,
    output: Annotated[
        reachability_command.Format, typer.Option("--output", "-o", help="How to write it.")
    ] = "text",
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
) -> None:
    """Show who reaches whom under the policies; with --from and --to one connection, and why; with --before
    what opens and closes.

    Exits 1 if that connection is not possible, 2 if the input cannot be analysed.
    """
    try:
        if (stack is None) == (folder is None) or (source is None) != (destination is None):
            raise ValueError("give one of --stack and --folder, and both --from and --to or none")
        if sum((svg is not None or before is not None, source is not None, suspicions)) > 1:
            raise ValueError("give one of --from with --to, --before or --svg, and --suspicions")
        found = _analysed(_read(stack, folder), semantics)
        earlier = None if before is None else _analysed(_read_file(before), semantics)
        if svg is not None:
            _picture(found, earlier, stack or str(folder), before, svg, drawing)
        elif earlier is not None:
            typer.echo(reachability_command.changes(earlier, found, output))
        elif suspicions:
            typer.echo(reachability_command.suspicions(found, output, planned=folder is None))
        elif source is not None and destination is not None:
            _point(found, source, destination, port, output)
        else:
            typer.echo(reachability_command.rows(found, output))
    except (reachability_command.UnusableInputError, ValueError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from error


def _point(
    found: Reachability, source: str, destination: str, port: str, output: reachability_command.Format
) -> None:
    wanted = parse_ports(port)
    typer.echo(reachability_command.point(found, source, destination, wanted, output))
    if not reachability_command.all_allowed(found, source, destination, wanted):
        raise typer.Exit(1)


def _read(stack: str | None, folder: Path | None) -> reachability_command.Read:
    if folder is not None:
        return reachability_command.of_folder(folder)
    return reachability_command.of_stack(stack_files([stack] if stack else [])[0])


def _read_file(path: Path) -> reachability_command.Read:
    if path.is_file() and path.name.startswith("Pulumi."):
        return reachability_command.of_stack(path)
    return reachability_command.of_folder(path)


def _analysed(read: reachability_command.Read, semantics: Semantics | None) -> Reachability:
    found, notes = reachability_command.analysed(read, semantics)
    reachability_command.print_notes(notes)
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
    title = f"Reachability of {what}"
    if earlier is None or before is None:
        picture = render.of_reachability(found)
    else:
        picture = render.of_difference(earlier, found)
        title += f" against {before.name}"
    drawn = render.matrix(picture, title) if drawing == "matrix" else render.graph(picture, title)
    files.write(_named(svg, what), drawn)


@app.command()
def undeclared(
    pods: Annotated[
        Path | None, typer.Option("--pods", help="What `kubectl get pods -A -o json` printed, for names.")
    ] = None,
) -> None:
    """Read Cilium's verdicts where policies only report: show what enforcing would cut (docs/policies.md)."""
    names = pod_names(pods.read_text(encoding="utf-8")) if pods else {}
    found = undeclared_in(sys.stdin, names)
    if not found:
        typer.echo("These verdicts tell of nothing that enforcing would cut.")
        return
    table = Table("cut by policies of", "from", "to", "port", "times", box=None)
    for each, times in sorted(found.items()):
        end = "the source" if each.direction == "egress" else "the destination"
        table.add_row(end, each.source, each.destination, f"{each.port}/{each.protocol}", str(times))
    Console().print(table)


def _print(report: Report, console: Console) -> None:
    for colour, kind, lines in (
        ("red", "error", report.problems),
        ("yellow", "warning", report.warnings),
    ):
        for line in lines:
            console.print(_described(report.path, line, colour, kind))
    for note in report.notes:
        console.print(Text.assemble(f"{report.path.name}: ", ("note: ", "cyan"), note))
    count = len(report.problems)
    verdict = "valid" if count == 0 else "1 error" if count == 1 else f"{count} errors"
    warnings = f", {len(report.warnings)} warnings" if report.warnings else ""
    console.print(Text.assemble(f"{report.path.name}: ", (verdict, "red" if count else "green"), warnings))


def _described(path: Path, line: Line, colour: str, kind: str) -> Text:
    return Text.assemble(
        f"{path.name}:{line.line}: ",
        (f"{kind}: ", colour),
        f"{line.where}\n  rule: {line.rule}\n  fix:  {line.fix}",
    )
