"""The steps from a lab in which Pulumi can run to a platform that answers."""

import json
import subprocess
import sys
from dataclasses import asdict

from rich.table import Table

from lab.demo import deploy
from lab.instance import engine_commands
from lab.instance.lab import LabError
from lab.paths import project_dir
from lab.readiness.table import print_status
from lab.recovery import interrupted
from lab.up.undertaking import Undertaking
from network.config.zones import named, zones

SETTLING_SECONDS = 180
"""The autoscaler adds replicas, and the load balancer finds nodes healthy, after `up` has ended."""


def show_overrides(run: Undertaking) -> None:
    """Show where the lab departs from the stack file."""
    table = Table(title="What the lab sets differently from the stack file", title_justify="left")
    for column in ("path", "value", "why"):
        table.add_column(column, overflow="fold")
    for override in run.engine.overrides():
        table.add_row(override.path, str(override.value), override.reason)
    run.console.print(table)


def free_stack(run: Undertaking) -> None:
    """Free the stack of a run that was killed."""
    interrupted.free(run.lab, run.engine, run.console)


def prepare_namespaces(run: Undertaking) -> None:
    """Have the namespaces that the program adopts."""
    run.overridden = deploy.declared(run.engine)
    deploy.prepare(run.lab, run.engine, run.overridden)


def run_pulumi(run: Undertaking) -> None:
    """Let Pulumi bring the stack up, as on a real account."""
    run.console.rule(f"pulumi up --stack {run.stack}")
    command = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview", "--color=never"]
    within = run.lab.entering(command, project_dir())
    if subprocess.run(within, env=run.engine.environment, check=False).returncode != 0:
        raise LabError(interrupted.next_step(run.lab, run.engine, zones(run.config.external.dns)))


def publish_records(run: Undertaking) -> None:
    """Make the records that the stack asks of another provider, as its operator would."""
    if run.zone is None:
        return
    outputs = engine_commands.told(run.lab, run.engine, "pulumi", "stack", "output", "--json") or {}
    records = {
        zone.name: outputs.get(named("records", zone.key), [])
        for zone in zones(run.config.external.dns)
        if zone.says.provider == "external"
    }
    wanted = json.dumps({"zone": asdict(run.zone), "records": records})
    command = (sys.executable, "-m", "lab.internet.bind")
    done = engine_commands.run(run.lab, run.engine, *command, text=wanted)
    if done.returncode != 0 or not outputs:
        raise LabError(
            f"{', '.join(records)} did not take the platform's records: {done.stderr.strip()}\n"
            f"Try again: make up {run.lab.choice}"
        )


def deploy_workloads(run: Undertaking) -> None:
    """Make the declared workloads run."""
    deploy.deploy(run.lab, run.engine, run.overridden)


def show_status(run: Undertaking) -> None:
    """Show what is ready, once all of it is."""
    if not print_status(run.lab, run.engine, run.console, SETTLING_SECONDS):
        raise LabError(
            "not everything is ready. Look again in a moment: "
            f"make status {run.lab.choice}; logs: {run.lab.folder / 'logs'}"
        )
