"""Which stack file is meant, and which lab it runs in."""

import os
from pathlib import Path

from lab.engine.overrides import declared_pod_network
from lab.engine.stack_file import load
from lab.instance.lab import Lab, LabError
from lab.machine.pod_networks import POD_NETWORKS
from lab.paths import project_dir
from network.cli.check import check_file, stack_of
from network.config import StackConfig

CNI = "LAB_CNI"
"""Environment variable that names the lab's pod network; the stack's own when it is unset or empty."""


def lab_of(stack: str) -> Lab:
    """The lab that a stack runs in, unless LAB names another: its own, and one for each pod network
    beside its own."""
    if named := os.environ.get("LAB"):
        return Lab(named)
    cni = pod_network(stack)
    return Lab(stack if cni == _own_pod_network(stack) else f"{stack}-{cni}")


def pod_network(stack: str) -> str:
    """The pod network of the stack's lab. Raises LabError for one that the lab does not know."""
    chosen = os.environ.get(CNI) or _own_pod_network(stack)
    if chosen not in POD_NETWORKS:
        raise LabError(f"CNI={chosen}: the lab knows {' and '.join(POD_NETWORKS)}")
    return chosen


def _own_pod_network(stack: str) -> str:
    """What the stack's file says, or its default; a file with mistakes has a lab that can be ended, too."""
    return declared_pod_network(load(stack_file(stack)).get("config", {}))


def stack_file(stack: str) -> Path:
    """The stack's file: in the project, unless LAB_STACK_FILE names another."""
    return Path(os.environ.get("LAB_STACK_FILE", project_dir() / f"Pulumi.{stack}.yaml"))


def checked_config(stack: str) -> StackConfig:
    """What the stack's file says, with placeholders for secrets.

    Raises LabError unless it exists and `network check` accepts it.
    """
    file = stack_file(stack)
    if not file.exists():
        known = sorted(map(stack_of, project_dir().glob("Pulumi.*.yaml")))
        raise LabError(f"there is no {file}. Known stacks: {', '.join(known)}")
    report = check_file(file)
    if report.config is None:
        raise LabError(
            f"{file.name} has {len(report.problems)} problems; nothing was started. "
            f"See them: .venv/bin/network check --stack {stack}"
        )
    return report.config
