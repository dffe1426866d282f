"""The lab's commands; `make` calls them."""

import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lab import up as lab_up
from lab import view as lab_view
from lab.charts.repository import ChartError
from lab.choice import lab_of
from lab.cloud import options
from lab.demo import showcase
from lab.demo.deploy import declared
from lab.engine.environment import Engine, EngineError
from lab.engine.stack_file import OverrideError
from lab.instance import Lab, LabError
from lab.paths import project_dir
from lab.status import print_status
from lab.targets import log, pods, trusted

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The platform on this machine, without a cloud account.",
)
console = Console(width=None if sys.stdout.isatty() else 120)

Stack = Annotated[str, typer.Option(help="Stack whose file is used: dev, prod.")]
Arguments = Annotated[list[str] | None, typer.Argument()]


@app.command()
def up(stack: Stack = "dev") -> None:
    """Start the lab if need be and bring the stack up."""
    lab_up.up(stack, console)


@app.command()
def preview(stack: Stack = "dev") -> None:
    """Preview the stack against the lab."""
    engine = lab_up.started(stack, console)
    sys.exit(_run(stack, ["pulumi", "preview", "--diff"], engine))


@app.command()
def destroy(stack: Stack = "dev") -> None:
    """Destroy what the stack made in the simulated account."""
    engine = lab_up.started(stack, console)
    # With its preview: without it Pulumi deletes everything up to the first protected resource.
    sys.exit(_run(stack, ["pulumi", "destroy", "--yes"], engine))


@app.command()
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


@app.command()
def status(stack: Stack = "dev") -> None:
    """Show what runs and what is ready."""
    lab = lab_of(stack)
    if not lab.running():
        raise LabError(f"the lab {lab.name} does not run. Start it: make up {lab.choice}")
    if not print_status(lab, _engine(lab), console):
        sys.exit(1)


@app.command()
def shell(stack: Stack = "dev") -> None:
    """Open a shell in which plain pulumi and kubectl work against the lab."""
    engine = lab_up.started(stack, console)
    console.print(f"A shell in the lab {stack}: pulumi, kubectl and curl reach it and nothing else.")
    sys.exit(_run(stack, [os.environ.get("SHELL", "/bin/sh")], engine))


@app.command(context_settings={"ignore_unknown_options": True})
def kubectl(arguments: Arguments = None, stack: Stack = "dev") -> None:
    """Run kubectl in the lab."""
    engine = _engine(lab_of(stack))
    sys.exit(_run(stack, ["kubectl", *(arguments or [])], engine))


@app.command()
def demo(stack: Stack = "dev") -> None:
    """Show the platform at work: what is promised, and what requests see."""
    lab = lab_of(stack)
    if not showcase.show(lab, _engine(lab), console):
        sys.exit(1)


@app.command(context_settings={"ignore_unknown_options": True})
def curl(arguments: Arguments = None, stack: Stack = "dev") -> None:
    """Run curl as a client on the internet, which trusts both Let's Encrypts."""
    lab = lab_of(stack)
    engine = _engine(lab)
    authorities = str(trusted(lab, engine.bundle))
    sys.exit(_run(stack, ["curl", "--cacert", authorities, *(arguments or [])], engine))


@app.command("exec", context_settings={"ignore_unknown_options": True})
def execute(
    workload: Annotated[str, typer.Argument(help="such as shop/web")],
    arguments: Arguments = None,
    stack: Stack = "dev",
) -> None:
    """Run a command in a pod of a workload: `shop/web -- demo get http://api.api:8080/`."""
    engine = _engine(lab_of(stack))
    target = pods(workload, declared(engine)).kubectl
    terminal = ["--stdin", "--tty"] if sys.stdin.isatty() else []
    command = ["kubectl", "exec", *terminal, *target, "--", *(arguments or ["demo", "mode"])]
    sys.exit(_run(stack, command, engine))


@app.command(context_settings={"ignore_unknown_options": True})
def logs(
    what: Annotated[str, typer.Argument(help="a workload such as shop/web, or a process such as haproxy")],
    arguments: Arguments = None,
    stack: Stack = "dev",
) -> None:
    """Show the logs of a workload's pods or of one of the lab's own processes; `-f` follows them."""
    lab = lab_of(stack)
    engine = _engine(lab)
    if "/" not in what:
        sys.exit(_run(stack, ["tail", *(arguments or []), str(log(what, lab))], engine))
    target = pods(what, declared(engine)).kubectl
    sys.exit(_run(stack, ["kubectl", "logs", "--all-pods", *target, *(arguments or [])], engine))


@app.command()
def run(arguments: Arguments = None, stack: Stack = "dev") -> None:
    """Run a command in the lab: `python -m lab run -- curl https://...`."""
    engine = _engine(lab_of(stack))
    sys.exit(_run(stack, arguments or ["true"], engine))


@app.command()
def account(
    credentials_seconds: Annotated[
        int | None, typer.Option(min=1, help="How long a cluster's tokens live from now on (7 days: 604800).")
    ] = None,
    end_credentials: Annotated[
        bool, typer.Option("--end-credentials", help="End every cluster's token that has been given out.")
    ] = False,
    token_accepted: Annotated[
        bool | None, typer.Option(help="Whether the account's token is valid, or revoked.")
    ] = None,
    default_vpcs: Annotated[
        bool | None, typer.Option(help="Whether a new account has a default VPC in each region.")
    ] = None,
    cluster_fails: Annotated[
        str | None, typer.Option(help="Why new clusters end in the state `error`; empty: they come up.")
    ] = None,
    stack: Stack = "dev",
) -> None:
    """Show how the simulated account behaves, or change it: days that a real one has some day."""
    folder = lab_of(stack).folder / "cloud"
    given = {
        "credentials_seconds": credentials_seconds,
        "credentials_ended": datetime.now(UTC).isoformat() if end_credentials else None,
        "token_accepted": token_accepted,
        "default_vpcs": default_vpcs,
        "cluster_fails": cluster_fails,
    }
    options.choose(folder, **{name: value for name, value in given.items() if value is not None})
    for name, value in asdict(options.options(folder)).items():
        console.print(f"{name}: {value}")


@app.command()
def view(
    what: Annotated[str, typer.Argument(help="traefik")],
    stack: Stack = "dev",
    port: Annotated[int, typer.Option(help="Local port.", min=1, max=65535)] = 9000,
) -> None:
    """Make an admin interface reachable on a local port, by port-forward only."""
    lab_view.view(what, lab_of(stack), stack, port, console)


def _engine(lab: Lab) -> Engine:
    record = lab.folder / "engine" / "engine.json"
    if not (lab.running() and record.exists()):
        raise LabError(f"the lab {lab.name} does not run. Start it: make up {lab.choice}")
    return Engine.read(record)


def _run(stack: str, command: list[str], engine: Engine) -> int:
    lab = lab_of(stack)
    done = subprocess.run(
        lab.inside(command, Path.cwd() if command[0] != "pulumi" else project_dir()),
        env=engine.environment,
        check=False,
    )
    return done.returncode


def main() -> None:
    """Run a command; errors that name the next step are shown without a traceback."""
    try:
        app()
    except (LabError, EngineError, OverrideError, ChartError) as error:
        # As it is: commands in it are there to be copied.
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
