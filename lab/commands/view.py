"""Admin interfaces on a local port."""

from typing import Annotated

import typer

from lab.commands import port_forward
from lab.commands.parameters import Stack, console
from lab.instance.choice import lab_of


def view(
    what: Annotated[str, typer.Argument(help="traefik")],
    stack: Stack = "dev",
    port: Annotated[int, typer.Option(help="Local port.", min=1, max=65535)] = 9000,
) -> None:
    """Make an admin interface reachable on a local port, by port-forward only."""
    port_forward.forward(what, lab_of(stack), stack, port, console)
