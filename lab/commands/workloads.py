"""Commands and logs of a workload's pods, and logs of the lab's own processes."""

from typing import Annotated

import typer

from lab.commands.foreground import become, running_engine, terminal_options
from lab.commands.parameters import Arguments, Stack
from lab.commands.targets import log, pods
from lab.demo.deploy import declared
from lab.instance.choice import lab_of


def execute(
    workload: Annotated[str, typer.Argument(help="such as shop/web")],
    arguments: Arguments = None,
    stack: Stack = "dev",
) -> None:
    """Run a command in a pod of a workload: `shop/web -- demo get http://api.api:8080/`."""
    lab = lab_of(stack)
    engine = running_engine(lab)
    target = pods(workload, declared(engine)).kubectl
    command = arguments or ["demo", "mode"]
    become(lab, engine, "kubectl", "exec", *terminal_options(), *target, "--", *command)


def logs(
    what: Annotated[str, typer.Argument(help="a workload such as shop/web, or a process such as haproxy")],
    arguments: Arguments = None,
    stack: Stack = "dev",
) -> None:
    """Show the logs of a workload's pods or of one of the lab's own processes; `-f` follows them."""
    lab = lab_of(stack)
    engine = running_engine(lab)
    if "/" not in what:
        become(lab, engine, "tail", *(arguments or []), str(log(what, lab)))
    target = pods(what, declared(engine)).kubectl
    become(lab, engine, "kubectl", "logs", "--all-pods", *target, *(arguments or []))
