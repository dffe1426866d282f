"""Options of more than one command: under one name all take the same.

What is imported here, `network --help` waits for.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand
from typing_extensions import override

from network.cli.files import writable

Stacks = Annotated[
    list[str],
    typer.Option(
        "--stack",
        "-s",
        default_factory=list,
        show_default=False,
        help="A stack of the project by its name; may be repeated. All if absent.",
    ),
]
Stack = Annotated[
    str | None, typer.Option("--stack", "-s", help="A stack of the project by its name.", show_default=False)
]
Files = Annotated[
    list[Path],
    typer.Option(
        "--file",
        "-f",
        default_factory=list,
        show_default=False,
        help="A stack file, wherever it is, instead; may be repeated.",
    ),
]
File = Annotated[Path | None, typer.Option("--file", "-f", help="A stack file, wherever it is, instead.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", callback=writable, help="Write here, not to the screen."),
]
Svg = Annotated[
    Path | None,
    typer.Option(
        "--svg",
        callback=writable,
        help="Write a picture to this file, whose name may hold {stack}. The text is left out then, unless "
        "--output says where it goes.",
    ),
]
Context = Annotated[
    str | None,
    typer.Option("--context", help="Context of the kubeconfig that kubectl uses.", show_default=False),
]
Form = Annotated[Literal["text", "json"], typer.Option("--format", help="How to write it.")]

Format = Literal["text", "markdown", "json"]
"""Of what `--format` takes."""
Semantics = Literal["vanilla", "cilium"]
"""Those of `network.reachability`, in whose import nobody waits for the help."""
About = Literal["service-discovery", "connectivity", "certificates", "performance"]
"""Workflows of `network.diagnosis`, likewise."""


class Once(TyperCommand):
    """A command that refuses an option given twice, unless it takes several values: the last one would win,
    and the answer be about it alone. Refused too is an empty value, as of a variable that is not set: it
    would be taken for this folder, or for no option at all."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        values, _, given = self.make_parser(ctx).parse_args(list(args))
        for parameter in given:
            value = values.get(parameter.name)
            if "" in (value if isinstance(value, list) else [value]):
                ctx.fail(f"{parameter.opts[0]} is given an empty value: leave it out, or say what is meant")
        for parameter, times in Counter(given).items():
            if times > 1 and not (parameter.multiple or parameter.nargs == -1):
                ctx.fail(
                    f"{parameter.opts[0]} is given {times} times, and takes one value: run once for each"
                )
        return super().parse_args(ctx, args)
