"""What the commands have in common: their parameters, and where they print."""

import sys
from typing import Annotated

import typer
from rich.console import Console

Stack = Annotated[str, typer.Option(help="Stack whose file is used: dev, prod.")]
Arguments = Annotated[list[str] | None, typer.Argument()]

console = Console(width=None if sys.stdout.isatty() else 120)
