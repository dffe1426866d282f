"""`make up`: parts, the lab, the stack, and a look at what came of it."""

import fcntl
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from lab import parts as lab_parts
from lab.charts import provide
from lab.cloud.state import Account, Kind, Store
from lab.demo import deploy
from lab.engine.checkpoint import mend
from lab.engine.elsewhere import elsewhere
from lab.engine.environment import Engine
from lab.engine.stack_file import load
from lab.instance import Lab, LabError
from lab.internet.ca import Authority
from lab.machine.pod_networks import POD_NETWORKS
from lab.parts import images
from lab.paths import cache_dir, project_dir
from lab.recovery import import_commands, release_commands
from lab.status import print_status
from network.cli.check import check_file

SETTLING_SECONDS = 90
"""The autoscaler adds replicas, and the load balancer finds nodes healthy, after `up` has ended."""


CNI = "LAB_CNI"
"""Environment variable that names the lab's pod network; the stack's own when it is unset or empty."""


def lab_of(stack: str) -> Lab:
    """The lab that a stack runs in, unless LAB names another: its own, and one for each pod network
    beside its own."""
    if named := os.environ.get("LAB"):
        return Lab(named)
    cni = _cni(stack)
    return Lab(stack if cni == _own_cni(stack) else f"{stack}-{cni}")


def _cni(stack: str) -> str:
    """The pod network of the stack's lab."""
    chosen = os.environ.get(CNI) or _own_cni(stack)
    if chosen not in POD_NETWORKS:
        raise LabError(f"CNI={chosen}: the lab knows {' and '.join(POD_NETWORKS)}")
    return chosen


def _own_cni(stack: str) -> str:
    """What the stack's file says, or its default."""
    return load(_stack_file(stack)).get("config", {}).get("network:cluster", {}).get("cni", "cilium")


def needed_parts(cni: str) -> tuple[str, ...]:
    """Every part but those of other pod networks, and those that only some stacks or proofs use."""
    of_others = {part for name, pods in POD_NETWORKS.items() if name != cni for part in pods.parts}
    return tuple(
        name for name, part in lab_parts.PARTS.items() if name not in of_others and not part.optional
    )


def started(stack: str, console: Console) -> Engine:
    """The engine of a lab that runs; starts it, and makes the parts it needs, where necessary."""
    _require_machine()
    _require_stack(stack)
    lab = lab_of(stack)
    cni = _cni(stack)
    config = load(_stack_file(stack))["config"]
    zone = elsewhere(config, lab.folder)
    parts = lab_parts.ensure(*needed_parts(cni), *(("bind",) if zone else ()))
    bundle = Authority.at(cache_dir() / "authority").bundle
    archives = images.ensure(parts, bundle)
    charts = provide(parts, lab.folder / "charts", cache_dir(), config)
    for name, chart in charts.items():
        console.print(f"  chart {name}: {chart.origin}", highlight=False)
    dns = config["network:external"]["dns"]
    zones = [dns["zone"]] if dns.get("mode") == "adopt" else []
    lab.start(parts, archives, zones, cni, lambda line: console.print(f"  {line}", highlight=False), zone)
    facts = lab.facts()
    engine = Engine(
        project=project_dir(),
        stack=stack,
        original=_stack_file(stack),
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
        _after_a_kill(lab, engine, console)
        config = deploy.declared(engine)
        deploy.prepare(lab, engine, config)
        console.rule(f"pulumi up --stack {stack}")
        if _pulumi(lab, engine, "up", "--yes", "--skip-preview", "--color=never") != 0:
            raise LabError(_next_step(lab, engine))
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


def _require_stack(stack: str) -> None:
    file = _stack_file(stack)
    if not file.exists():
        known = sorted(each.name.split(".")[1] for each in project_dir().glob("Pulumi.*.yaml"))
        raise LabError(f"there is no {file}. Known stacks: {', '.join(known)}")
    problems = check_file(file).problems
    if problems:
        raise LabError(
            f"{file.name} has {len(problems)} problems; nothing was started. "
            f"See them: .venv/bin/network check --stack {stack}"
        )


def _stack_file(stack: str) -> Path:
    """The stack's file: in the project, unless LAB_STACK_FILE names another."""
    return Path(os.environ.get("LAB_STACK_FILE", project_dir() / f"Pulumi.{stack}.yaml"))


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


def _after_a_kill(lab: Lab, engine: Engine, console: Console) -> None:
    """Free the stack of a run that was killed: `_one_at_a_time` proves that none is at work."""
    backend = engine.home / "backend"
    if mend(backend, engine.stack):
        console.print("An earlier run was killed while it wrote its state: it is mended.")
    if any((backend / ".pulumi" / "locks").rglob("*.json")):
        console.print("An earlier run was killed: pulumi cancel frees its lock.")
        _pulumi(lab, engine, "cancel", "--yes")


def _pulumi(lab: Lab, engine: Engine, *arguments: str) -> int:
    command = lab.inside(["pulumi", "--non-interactive", *arguments], project_dir())
    return subprocess.run(command, env=engine.environment, check=False).returncode


def _publish(lab: Lab, engine: Engine) -> None:
    """Make the records that the stack asks of another provider, as its operator would."""
    zone = elsewhere(load(engine.original).get("config", {}), lab.folder)
    if zone is None:
        return
    outputs = _told(lab, engine, "pulumi", "stack", "output", "--json")
    records = (outputs or {}).get("records", [])
    done = subprocess.run(
        lab.inside([sys.executable, "-m", "lab.internet.bind"], project_dir()),
        env={**engine.environment, "PYTHONPATH": str(project_dir())},
        input=json.dumps({"zone": asdict(zone), "records": records}),
        text=True,
        check=False,
    )
    if done.returncode != 0 or not records:
        raise LabError(
            f"the zone {zone.name} did not take the platform's records; see {lab.folder / 'logs'}. "
            f"Try again: make up {lab.choice}"
        )


def _next_step(lab: Lab, engine: Engine) -> str:
    """What to do after an `up` that failed."""
    again = f"make up {lab.choice}"
    commands = _recovery(lab, engine)
    if not commands:
        return f"pulumi up failed; its last lines say why. What was made stays; try again: {again}"
    lines = "\n".join(f"  {command}" for command in commands)
    return (
        "pulumi up failed, and an interrupted run left what the state does not know.\n"
        f"Run within `make shell {lab.choice}`:\n{lines}\nthen: {again}"
    )


def _recovery(lab: Lab, engine: Engine) -> list[str]:
    """The commands that recover; none where the engine or the cluster tells nothing."""
    export = _told(lab, engine, "pulumi", "stack", "export")
    if export is None:
        return []
    revisions = _told(
        lab, engine, "kubectl", "get", "secrets", "--all-namespaces", "--selector=owner=helm", "--output=json"
    )
    return [
        *import_commands(export, _settled_account(lab).objects),
        *release_commands(export, revisions["items"] if revisions else ()),
    ]


def _told(lab: Lab, engine: Engine, *command: str) -> dict[str, Any] | None:
    """What a command within the lab prints as JSON; None when it fails."""
    answer = subprocess.run(
        lab.inside(command, project_dir()),
        env=engine.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(answer.stdout) if answer.returncode == 0 else None


def _settled_account(lab: Lab) -> Account:
    """The account once no cluster is being made: one that does not run yet cannot be imported."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while True:
        account = Store(lab.folder / "cloud").account
        clusters = account.all(Kind.CLUSTER)
        making = any(each["status"]["state"] == "provisioning" for each in clusters)
        if not making or time.monotonic() > deadline:
            return account
        time.sleep(1)
