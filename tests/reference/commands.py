"""The commands: what each does, its arguments and options, with what it exits."""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

import typer
import typer.main
from typer.core import TyperArgument, TyperGroup

import lab.commands.app
import network.cli
from network import markdown
from network.cli import exits
from tests.stacks import ROOT


def page() -> str:
    """Return the page."""
    lines = [
        "# Commands",
        "",
        "What `--help` of each says. `pulumi` stays the command by which the platform is changed.",
        "",
        "## make",
        "",
        "`STACK` is `dev` where it is not given, `ARGS` goes on to the command behind.",
        "",
        markdown.table(("command", "does"), _targets()),
        "",
        "## network",
        "",
        _text(_group(network.cli.app).help),
        "",
        "| exits with | when |",
        "|---|---|",
        "| 0 | done, with nothing to object to |",
        *(f"| {code} | {meaning} |" for code, meaning in _exits()),
        "",
    ]
    for command in _group(network.cli.app).commands.values():
        lines += _command("network", command)
    lines += ["## The lab", "", "Behind the targets of make; `ARGS` takes their options.", ""]
    for command in _group(lab.commands.app.app).commands.values():
        lines += _command("python -m lab", command)
    return "\n".join(lines).rstrip("\n") + "\n"


def _group(app: typer.Typer) -> TyperGroup:
    return typer.main.get_group(app)


def _targets() -> Iterator[tuple[str, str]]:
    for name, does in re.findall(r"^([a-z-]+):.*?## (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE):
        yield f"`make {name}`", does


def _exits() -> Iterator[tuple[int, str]]:
    """Yield the codes with what stands below each."""
    statements = ast.parse(inspect.getsource(exits)).body
    for statement, below in pairwise(statements):
        match statement, below:
            case ast.Assign(value=ast.Constant(int(code))), ast.Expr(ast.Constant(str(text))):
                yield code, _line(text)[:1].lower() + _line(text)[1:].rstrip(".")
            case _:
                pass


def _command(program: str, command: Any) -> list[str]:
    rows = [*map(_row, command.params)]
    table = [markdown.table(("option", "default", "is"), rows), ""] if rows else []
    return [f"### {program} {command.name}", "", _text(command.help), "", *table]


def _row(parameter: Any) -> tuple[str, str, str]:
    names = (*parameter.opts, *parameter.secondary_opts)
    spelt = (
        f"`<{parameter.name}>`"
        if isinstance(parameter, TyperArgument)
        else ", ".join(f"`{name}`" for name in sorted(names, key=len, reverse=True))
    )
    return spelt, _default(parameter), _line(getattr(parameter, "help", "") or "") + _choices(parameter)


def _default(parameter: Any) -> str:
    if parameter.required:
        return "**required**"
    default = parameter.default
    return f"`{default}`" if isinstance(default, str | int | float) and default not in ("", False) else ""


def _choices(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    return f" One of: {', '.join(f'`{each}`' for each in choices)}." if choices else ""


def _text(text: str | None) -> str:
    """Return paragraphs as they stand."""
    return inspect.cleandoc(text or "")


def _line(text: str) -> str:
    return " ".join(text.split())
