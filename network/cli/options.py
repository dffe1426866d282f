"""Options of more than one command: under one name all take the same.

What is imported here, `network --help` waits for.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

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

Format = Literal["text", "markdown", "json"]
"""Of what `--format` takes."""
Semantics = Literal["vanilla", "cilium"]
"""Those of `network.reachability`, in whose import nobody waits for the help."""
