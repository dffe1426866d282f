"""`make up`: parts, the lab, the stack, and a look at what came of it."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console

from lab.instance.choice import lab_of
from lab.instance.lab import Lab
from lab.up import bringing_up, starting
from lab.up.undertaking import Step, Undertaking

START: tuple[Step, ...] = (
    starting.require_machine,
    starting.read_stack,
    starting.make_parts,
    starting.provide_charts,
    starting.start_lab,
    starting.prepare_engine,
)
"""To a lab in which Pulumi can run."""

UP: tuple[Step, ...] = (
    *START,
    bringing_up.show_overrides,
    bringing_up.free_stack,
    bringing_up.prepare_namespaces,
    bringing_up.run_pulumi,
    bringing_up.publish_records,
    bringing_up.deploy_workloads,
    bringing_up.show_status,
)
"""To a platform that answers."""


def start(stack: str, console: Console) -> Undertaking:
    """Start the lab of a stack, and make the parts it needs, where necessary. Raises LabError."""
    return _taken(START, stack, console, lab_of(stack))


def up(stack: str, console: Console) -> Undertaking:
    """Start the lab, run `pulumi up`, show what is ready. Raises LabError with the next command."""
    lab = lab_of(stack)
    with _one_at_a_time(lab):
        return _taken(UP, stack, console, lab)


def _taken(steps: tuple[Step, ...], stack: str, console: Console, lab: Lab) -> Undertaking:
    run = Undertaking(stack, console, lab)
    for step in steps:
        step(run)
    return run


@contextmanager
def _one_at_a_time(lab: Lab) -> Generator[None]:
    """Two runs for one lab follow each other; the kernel frees the lock of a run that was killed."""
    lab.folder.mkdir(parents=True, exist_ok=True)
    with (lab.folder / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
