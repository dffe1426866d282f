"""Admin interfaces on a local port."""

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from lab.commands import grafana, port_forward
from lab.commands.interfaces import INTERFACES
from lab.commands.parameters import Stack, console
from lab.instance.choice import lab_of
from lab.instance.lab import LabError


def view(
    what: Annotated[str, typer.Argument(help=", ".join(INTERFACES))],
    stack: Stack = "dev",
    port: Annotated[int, typer.Option(help="Local port.", min=1, max=65535)] = 9000,
) -> None:
    """Make an admin interface reachable on a local port, by port-forward only.

    Where no lab of the stack runs, it is the real cluster: kubectl's current context must lead there.
    """
    if what not in INTERFACES:
        raise LabError(f"unknown interface {what}. Known: {', '.join(sorted(INTERFACES))}")
    interface, lab = INTERFACES[what], lab_of(stack)
    if lab.running() and interface.not_in_the_lab:
        program = shutil.which("grafana") if what == "grafana" else None
        if program:
            grafana.show(Path(program), lab, port, console)
            return
        raise LabError(f"the lab has no {what}: {interface.not_in_the_lab}")
    console.print(f"http://localhost:{port}{interface.path}  (Ctrl-C ends it)", highlight=False)
    if lab.running():
        port_forward.out_of_the_lab(lab, port, [port_forward.command(interface, port)], console)
    else:
        console.print(f"No lab {stack} runs: using kubectl's current context.")
        os.execvp("kubectl", port_forward.command(interface, port))
