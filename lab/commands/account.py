"""How the simulated account behaves."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from lab.cloud import options
from lab.commands.parameters import Stack, console
from lab.instance.choice import lab_of


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
    gateways_take_time: Annotated[
        bool | None, typer.Option(help="Whether a NAT gateway that is made is `PROVISIONING` for a while.")
    ] = None,
    balancer_state: Annotated[
        str | None, typer.Option(help="State that load balancers are told to be in; empty: their own.")
    ] = None,
    controllers_away: Annotated[
        bool | None, typer.Option(help="Whether nobody looks after Services, so that changes by hand stay.")
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
        "gateways_take_time": gateways_take_time,
        "balancer_state": balancer_state,
        "controllers_away": controllers_away,
    }
    options.choose(folder, **{name: value for name, value in given.items() if value is not None})
    for name, value in asdict(options.options(folder)).items():
        console.print(f"{name}: {value}")
