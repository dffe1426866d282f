"""Going on after an `up` that was killed or failed."""

from collections.abc import Sequence

from rich.console import Console

from lab.cloud.state import Account, Kind, Store
from lab.engine.checkpoint import mend
from lab.engine.environment import Engine
from lab.instance.engine_commands import run, told
from lab.instance.lab import Lab
from lab.recovery.leftovers import account_commands, release_commands
from lab.toolbox.waiting import until
from network.config.zones import DeclaredZone

SETTLING_SECONDS = 90
"""For a cluster that is being made when `up` fails."""


def free(lab: Lab, engine: Engine, console: Console) -> None:
    """Free the stack of a run that was killed; the caller makes sure that none is at work."""
    backend = engine.home / "backend"
    if mend(backend, engine.stack):
        console.print("An earlier run was killed while it wrote its state: it is mended.")
    if any((backend / ".pulumi" / "locks").rglob("*.json")):
        console.print("An earlier run was killed: pulumi cancel frees its lock.")
        run(lab, engine, "pulumi", "--non-interactive", "cancel", "--yes")


def next_step(lab: Lab, engine: Engine, zones: Sequence[DeclaredZone]) -> str:
    """What to do after an `up` that failed."""
    again = f"make up {lab.choice}"
    commands = _recovery(lab, engine, zones)
    if not commands:
        return f"pulumi up failed; its last lines say why. What was made stays; try again: {again}"
    lines = "\n".join(f"  {command}" for command in commands)
    return (
        "pulumi up failed, and an interrupted run left what the state does not know.\n"
        f"Run within `make shell {lab.choice}`:\n{lines}\nthen: {again}"
    )


def _recovery(lab: Lab, engine: Engine, zones: Sequence[DeclaredZone]) -> list[str]:
    """The commands that recover; none where the engine or the cluster tells nothing."""
    export = told(lab, engine, "pulumi", "stack", "export")
    if export is None:
        return []
    listing = ("get", "secrets", "--all-namespaces", "--selector=owner=helm", "--output=json")
    revisions = told(lab, engine, "kubectl", *listing)
    return [
        *account_commands(export, _settled_account(lab), zones),
        *release_commands(export, revisions["items"] if revisions else ()),
    ]


def _settled_account(lab: Lab) -> Account:
    """The account once no cluster is being made: one that does not run yet cannot be imported."""

    def account() -> Account:
        return Store(lab.folder / "cloud").account

    def is_settled() -> bool:
        clusters = account().all(Kind.CLUSTER)
        return all(each["status"]["state"] != "provisioning" for each in clusters)

    until(is_settled, SETTLING_SECONDS, pause=1)
    return account()
