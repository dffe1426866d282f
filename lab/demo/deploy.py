"""Bring the demo workloads into the lab's cluster."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from lab.demo.redis import named, secret
from lab.demo.workloads import OWNER, adopted_namespaces, deployments
from lab.engine.environment import Engine
from lab.engine.overrides import REDIS_PASSWORD
from lab.engine.throwaway import throw_away
from lab.instance import engine_commands
from lab.instance.lab import Lab, LabError
from network.cli.check import check_file
from network.config import StackConfig
from network.plan.model.kubernetes import manifest
from network.plan.model.names import application_namespace

_SELECTOR = ",".join(f"{key}={value}" for key, value in OWNER.items())


def declared(engine: Engine) -> StackConfig:
    """The configuration of the lab's stack, with placeholders for secrets.

    Raises LabError when the stack file has problems.
    """
    report = check_file(engine.stack_file)
    if report.config is None:
        raise LabError(
            f"the stack file has {len(report.problems)} problems. "
            f"See them: .venv/bin/network check --stack {engine.stack}"
        )
    return report.config


def prepare(lab: Lab, engine: Engine, config: StackConfig) -> None:
    """Have the namespaces ready that the program adopts: now where a cluster runs, else at its start."""
    names = adopted_namespaces(config)
    lab.adopted.write_text(json.dumps(names))
    if names and engine.kubeconfig.exists():
        _apply(lab, engine, [manifest("v1", "Namespace", name) for name in names])


def deploy(lab: Lab, engine: Engine, config: StackConfig) -> None:
    """Make exactly the declared workloads run. Raises LabError when the cluster refuses one."""
    redis = named(config.traffic.redis, lambda: throw_away(engine.state, REDIS_PASSWORD))
    wanted = {_key(each): each for each in deployments(config, redis)}
    for namespace, name in _obsolete(lab, engine, wanted):
        _kubectl(lab, engine, "delete", "deployment", name, f"--namespace={namespace}", "--wait=false")
    secrets = [secret(redis, application_namespace(config, redis.application))] if redis else []
    if wanted:
        _apply(lab, engine, [*secrets, *wanted.values()])


def _obsolete(
    lab: Lab, engine: Engine, wanted: dict[tuple[str, str], dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Deployments of the lab that no workload asks for, or with other labels: a selector never changes."""
    listed = _kubectl(lab, engine, "get", "deployments", "-A", f"--selector={_SELECTOR}", "--output=json")
    for each in json.loads(listed)["items"]:
        now = wanted.get(_key(each))
        if now is None or now["spec"]["selector"] != each["spec"]["selector"]:
            yield _key(each)


def _key(deployment: dict[str, Any]) -> tuple[str, str]:
    return deployment["metadata"]["namespace"], deployment["metadata"]["name"]


def _apply(lab: Lab, engine: Engine, objects: Sequence[dict[str, Any]]) -> None:
    document = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    arguments = ("apply", "--server-side", "--force-conflicts", "--field-manager=lab", "--filename=-")
    _kubectl(lab, engine, *arguments, text=json.dumps(document))


def _kubectl(lab: Lab, engine: Engine, *arguments: str, text: str = "") -> str:
    done = engine_commands.run(lab, engine, "kubectl", *arguments, text=text)
    if done.returncode != 0:
        raise LabError(
            f"the demo workloads cannot be brought up: {done.stderr.strip()}\n"
            f"Try again: make up STACK={engine.stack}"
        )
    return done.stdout
