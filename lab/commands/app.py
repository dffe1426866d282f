"""The lab's command line; `make` calls it."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

import typer

from lab.charts.repository import ChartError
from lab.commands import account, demo, down, hubble, programs, stack, status, view, workloads
from lab.engine.environment import EngineError
from lab.engine.stack_file import OverrideError
from lab.instance.lab import LabError

COMMANDS: tuple[Callable[..., Any], ...] = (
    stack.up,
    stack.preview,
    stack.destroy,
    down.down,
    status.status,
    programs.shell,
    programs.kubectl,
    demo.demo,
    programs.curl,
    workloads.execute,
    workloads.logs,
    programs.run,
    programs.doctor,
    account.account,
    view.view,
    hubble.hubble,
)
"""In the order in which `--help` shows them."""

NAMES: Mapping[Callable[..., Any], str] = {workloads.execute: "exec"}
"""Those that are not named like their function."""

FOREIGN_OPTIONS = {
    programs.kubectl,
    programs.curl,
    programs.doctor,
    workloads.execute,
    workloads.logs,
    hubble.hubble,
}
"""Commands that pass options on to another program."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The platform on this machine, without a cloud account.",
)
for each in COMMANDS:
    app.command(NAMES.get(each), context_settings={"ignore_unknown_options": each in FOREIGN_OPTIONS})(each)


def main() -> None:
    """Run a command; errors that name the next step are shown without a traceback."""
    try:
        app()
    except (LabError, EngineError, OverrideError, ChartError) as error:
        # As it is: commands in it are there to be copied.
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
