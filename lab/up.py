"""`make up`: parts, the lab, the stack, and a look at what came of it."""

import fcntl
import json
import os
import platform
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from lab import inside, interrupted
from lab import parts as lab_parts
from lab.charts import provide
from lab.choice import lab_of, pod_network, stack_file, valid_config
from lab.demo import deploy
from lab.engine.elsewhere import elsewhere
from lab.engine.environment import Engine
from lab.engine.stack_file import load
from lab.instance import Lab, LabError
from lab.internet.ca import Authority
from lab.machine.pod_networks import POD_NETWORKS
from lab.parts import images
from lab.paths import cache_dir, project_dir
from lab.status import print_status

SETTLING_SECONDS = 180
"""The autoscaler adds replicas, and the load balancer finds nodes healthy, after `up` has ended."""


def needed_parts(cni: str) -> tuple[str, ...]:
    """Every part but those of other pod networks, and those that only some stacks or proofs use."""
    of_others = {part for name, pods in POD_NETWORKS.items() if name != cni for part in pods.parts}
    return tuple(
        name for name, part in lab_parts.PARTS.items() if name not in of_others and not part.optional
    )


def started(stack: str, console: Console) -> Engine:
    """The engine of a lab that runs; starts it, and makes the parts it needs, where necessary."""
    _require_machine()
    config = valid_config(stack)
    lab = lab_of(stack)
    cni = pod_network(stack)
    zone = elsewhere(config, lab.folder)
    parts = lab_parts.ensure(*needed_parts(cni), *(("bind",) if zone else ()))
    bundle = Authority.at(cache_dir() / "authority").bundle
    archives = images.ensure(parts, bundle)
    charts = provide(parts, lab.folder / "charts", cache_dir(), config)
    for name, chart in charts.items():
        console.print(f"  chart {name}: {chart.origin}", highlight=False)
    dns = config["network:external"]["dns"]
    zones = [dns["zone"]] if dns.get("mode") == "adopt" and zone is None else []
    lab.start(parts, archives, zones, cni, lambda line: console.print(f"  {line}", highlight=False), zone)
    facts = lab.facts()
    engine = Engine(
        project=project_dir(),
        stack=stack,
        original=stack_file(stack),
        state=lab.folder,
        pulumi=parts["pulumi"] / "pulumi",
        kubernetes_plugin=parts["pulumi-kubernetes"] / "pulumi-resource-kubernetes",
        commands={"kubectl": parts["kubectl"] / "kubectl"},
        charts={name: chart.folder for name, chart in charts.items()},
        digitalocean_port=facts["provider_port"],
        digitalocean_token=facts["token"],
        bundle=bundle,
        cni=cni,
    )
    engine.prepare()
    return engine


def up(stack: str, console: Console) -> None:
    """Start the lab, run `pulumi up`, show what is ready. Raises LabError with the next command."""
    lab = lab_of(stack)
    with _one_at_a_time(lab):
        engine = started(stack, console)
        _print_overrides(engine, console)
        interrupted.free(lab, engine, console)
        config = deploy.declared(engine)
        deploy.prepare(lab, engine, config)
        console.rule(f"pulumi up --stack {stack}")
        command = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview", "--color=never"]
        inside_lab = lab.inside(command, project_dir())
        if subprocess.run(inside_lab, env=engine.environment, check=False).returncode != 0:
            raise LabError(interrupted.next_step(lab, engine))
        _publish(lab, engine)
        deploy.deploy(lab, engine, config)
        if not print_status(lab, engine, console, SETTLING_SECONDS):
            raise LabError(
                "not everything is ready. Look again in a moment: "
                f"make status {lab.choice}; logs: {lab.folder / 'logs'}"
            )


def _require_machine() -> None:
    if platform.system() != "Linux" or os.geteuid() != 0:
        raise LabError(
            "the lab makes network namespaces and control groups: it needs Linux and root. "
            "Run it as root, for example: sudo make up"
        )


@contextmanager
def _one_at_a_time(lab: Lab) -> Generator[None]:
    """Two runs for one lab follow each other; the kernel frees the lock of a run that was killed."""
    lab.folder.mkdir(parents=True, exist_ok=True)
    with (lab.folder / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _print_overrides(engine: Engine, console: Console) -> None:
    table = Table(title="What the lab sets differently from the stack file", title_justify="left")
    table.add_column("path", overflow="fold")
    table.add_column("value", overflow="fold")
    table.add_column("why", overflow="fold")
    for override in engine.overrides():
        table.add_row(override.path, str(override.value), override.reason)
    console.print(table)


def _publish(lab: Lab, engine: Engine) -> None:
    """Make the records that the stack asks of another provider, as its operator would."""
    zone = elsewhere(load(engine.original)["config"], lab.folder)
    if zone is None:
        return
    outputs = inside.told(lab, engine, "pulumi", "stack", "output", "--json") or {}
    wanted = json.dumps({"zone": asdict(zone), "records": outputs.get("records", [])})
    done = inside.run(lab, engine, sys.executable, "-m", "lab.internet.bind", text=wanted)
    if done.returncode != 0 or not outputs:
        raise LabError(
            f"the zone {zone.name} did not take the platform's records: {done.stderr.strip()}\n"
            f"Try again: make up {lab.choice}"
        )
