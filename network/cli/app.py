"""The command `network`: its help, and the commands below it."""

import typer

from network.cli import files
from network.cli.commands.accept import accept
from network.cli.commands.addresses import addresses
from network.cli.commands.adopt import adopt
from network.cli.commands.capacity import capacity
from network.cli.commands.check import check
from network.cli.commands.dashboards import dashboards
from network.cli.commands.doctor import doctor
from network.cli.commands.flows import flows
from network.cli.commands.objectives import objectives
from network.cli.commands.plan import plan
from network.cli.commands.preflight import preflight
from network.cli.commands.reachability import reachability
from network.cli.commands.review import review
from network.cli.commands.schema import schema
from network.cli.commands.undeclared import undeclared
from network.cli.commands.verify import verify
from network.cli.commands.vpn import vpn
from network.cli.options import Once

app = typer.Typer(cls=files.Commands, no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")


@app.callback()
def network() -> None:
    """Check the stack files of a network platform on DigitalOcean Kubernetes, show what follows from them,
    and tell what a change does.

    Pulumi declares the platform; this reads files and answers. It needs no account, no credentials and no
    cluster, but for what looks at those that run: `verify`, `preflight`, `doctor` and `adopt`, which change
    nothing there. `accept` alone makes things, on an account of its own, for money that is agreed to, and
    removes them.

    Every command exits 0 if it is done with nothing to object to, 1 if it is done and the answer is no, and 2
    if what it was given cannot be read or understood, or what it looks at cannot be seen, or if it fails by a
    defect of its own.
    """
    files.print_anything()


for command in (
    check,
    schema,
    addresses,
    capacity,
    flows,
    plan,
    review,
    reachability,
    dashboards,
    undeclared,
    objectives,
    verify,
    preflight,
    doctor,
    adopt,
    vpn,
    accept,
):
    app.command(cls=Once)(command)
