"""`python -m bench`: the platform beside a bare program that registers the same resources.

Against the recording monitor, with growing numbers of applications: the ratio must not grow.
With `--lab NAME` also by `pulumi preview` of the stack that stands in a running lab.
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from bench import bare
from bench.resources import exported, recorded
from bench.timing import TITLES, Command, compare
from lab.engine.environment import Engine
from lab.instance.lab import Lab
from network import versions
from network.plan.ingress import CRDS
from tests import stacks
from tests.program.recording import PROGRAM, run


def main() -> None:
    """Print one line per comparison."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--applications", type=int, nargs="*", default=[1, 10, 100, 1000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lab", metavar="NAME", help="a lab that `make up` has brought up")
    options = parser.parse_args()
    print(f"{'':24} {'resources':>9}  {TITLES}")
    if options.lab is not None:
        with tempfile.TemporaryDirectory() as folder:
            _preview(Lab(options.lab), options.rounds, Path(folder))
    for count in options.applications:
        with tempfile.TemporaryDirectory() as folder:
            _scale(count, options.rounds, Path(folder))


def _preview(lab: Lab, rounds: int, folder: Path) -> None:
    engine = Engine.read(lab.folder / "engine" / "engine.json")

    def pulumi(project: Path, *arguments: str) -> Command:
        return Command(
            lab.entering(["pulumi", "--non-interactive", *arguments], project),
            project,
            engine.environment | {bare.LITERALS: str(folder / "literals.json")},
        )

    export = pulumi(stacks.ROOT, "stack", "export", "--show-secrets")
    state = subprocess.check_output(export.arguments, env=export.environment, text=True)
    literals = exported(json.loads(state)["deployment"])
    (folder / "literals.json").write_text(json.dumps(literals))
    project = yaml.safe_load((stacks.ROOT / "Pulumi.yaml").read_text())
    project["runtime"]["options"]["virtualenv"] = str(stacks.ROOT / ".venv")
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    shutil.copy(bare.__file__, folder / "__main__.py")
    # Both must find nothing to do: a preview that plans changes is another amount of work.
    preview = ("preview", "--expect-no-changes", "--suppress-outputs")
    result = compare(pulumi(stacks.ROOT, *preview), pulumi(folder, *preview), rounds)
    print(f"{f'preview, lab {lab.name}':24} {len(literals):9}  {result}", flush=True)


def _scale(count: int, rounds: int, folder: Path) -> None:
    over = stacks.merged(_chart(folder), _applications(count))
    config = stacks.config_map("dev", over, without=stacks.WATCHING)
    # The program's warnings say nothing about its cost.
    with contextlib.redirect_stderr(io.StringIO()):
        literals = recorded(run(config, preview=True).declared)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "literals.json").write_text(json.dumps(literals))
    environment = os.environ | {bare.LITERALS: str(folder / "literals.json")}

    def command(program: Path) -> Command:
        arguments = [
            sys.executable,
            "-m",
            "bench.worker",
            str(program),
            str(folder / "config.json"),
        ]
        return Command(arguments, stacks.ROOT, environment)

    result = compare(command(PROGRAM), command(Path(bare.__file__)), rounds)
    print(f"{f'monitor, {count} applications':24} {len(literals):9}  {result}", flush=True)


def _chart(folder: Path) -> dict[str, Any]:
    """Return config that takes Traefik's definitions from a folder, small ones."""
    (folder / "crds").mkdir()
    for name in CRDS:
        (folder / "crds" / name).write_text(
            json.dumps(
                {
                    "apiVersion": "apiextensions.k8s.io/v1",
                    "kind": "CustomResourceDefinition",
                    "metadata": {"name": name},
                    "spec": {"group": "traefik.io", "scope": "Namespaced", "versions": []},
                }
            )
        )
    chart = {
        "repository": versions.TRAEFIK_CHART_REPOSITORY,
        "version": versions.TRAEFIK_CHART,
        "path": str(folder),
    }
    return {"network:charts": {"traefik": chart}}


def _applications(count: int) -> dict[str, Any]:
    """Return so many applications, each with a workload, a route and a connection."""
    return {
        "network:applications": {
            f"app-{number}": {
                "workloads": {"web": {"labels": {"app": f"app-{number}"}, "ports": {"http": {"port": 8080}}}},
                "routes": {
                    "web": {
                        "host": f"app-{number}.dev.k8s.webgrip.nl",
                        "workload": "web",
                        "port": "http",
                    }
                },
                "talksTo": {"web": [{"host": "api.example.com", "port": 443, "reason": "An example."}]},
            }
            for number in range(count)
        }
    }


if __name__ == "__main__":
    main()
