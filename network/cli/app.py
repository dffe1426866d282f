"""The command `network`: its help, and the commands below it."""

import typer

from network.cli import files
from network.cli.commands.addresses import addresses
from network.cli.commands.check import check
from network.cli.commands.dashboards import dashboards
from network.cli.commands.flows import flows
from network.cli.commands.objectives import objectives
from network.cli.commands.plan import plan
from network.cli.commands.reachability import reachability
from network.cli.commands.review import review
from network.cli.commands.schema import schema
from network.cli.commands.undeclared import undeclared

app = typer.Typer(cls=files.Commands, no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")


@app.callback()
def network() -> None:
    """Check the stack files of a network platform on DigitalOcean Kubernetes, show what follows from them,
    and tell what a change does.

    Pulumi declares the platform; this reads files and answers. It needs no account, no credentials and no
    cluster.

    Every command exits 0 if it is done with nothing to object to, 1 if it is done and the answer is no, and 2
    if what it was given cannot be read or understood.
    """
    files.print_anything()


app.command()(check)
app.command()(schema)
app.command()(addresses)
app.command()(flows)
app.command()(plan)
app.command()(review)
app.command()(reachability)
app.command()(dashboards)
app.command()(undeclared)
app.command()(objectives)
