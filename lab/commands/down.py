"""The end of a lab."""

from typing import Annotated

import typer

from lab.commands.parameters import Stack, console
from lab.instance.choice import lab_of


def down(
    stack: Stack = "dev",
    forget: Annotated[bool, typer.Option(help="Also drop the account and Pulumi's state.")] = False,
) -> None:
    """End everything that runs."""
    lab = lab_of(stack)
    if forget:
        lab.forget()
        console.print(f"The lab {lab.name} is gone, with everything it knew.")
    else:
        lab.stop()
        console.print(f"The lab {lab.name} is down. `make up {lab.choice}` continues where it was.")
