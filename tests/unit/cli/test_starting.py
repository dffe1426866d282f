"""What a command imports before it works: most of the time of a short one goes there.

Held by what is imported, which does not depend on the machine.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stacks import ROOT

COMMANDS = (
    "check",
    "schema",
    "addresses",
    "capacity",
    "flows",
    "plan",
    "review",
    "reachability",
    "dashboards",
    "undeclared",
    "verify",
    "doctor",
)
MODELS = ("network.config", "re2")
ENGINE = ("grpc", "network.components", "pulumi", "pulumi_digitalocean", "pulumi_kubernetes")
LAB = ("cryptography", "httpx", "lab")
ANALYSES = ("network.reachability", "network.review", "yaml_rs")
READERS = ("network.stack_file", "yaml")
DASHBOARDS = ("grafana_foundation_sdk",)
EVERYTHING = (*MODELS, *DASHBOARDS, *ENGINE, *LAB, *ANALYSES, *READERS, "network.plan")

IMPORTED = """
import json, sys
from network.cli import app
try:
    app(sys.argv[1:])
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""

OPENED = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
import network.cli.across, network.cli.review, network.plan, network.cli.reachability.of_stack
ours = [each for each in opened if each.startswith(tuple(sys.argv[1:]))]
print(*(each for each in ours if not each.endswith((".py", ".pyc"))))
"""


def imported(*arguments: str, of: tuple[str, ...]) -> list[str]:
    """Return which of the modules a command has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stderr.splitlines()[-1])
    return [module for module in of if module in found]


def test_the_help_of_the_program_imports_not_even_pydantic() -> None:
    assert imported("--help", of=(*EVERYTHING, "pydantic")) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_imports_neither_models_nor_readers_nor_analyses(command: str) -> None:
    # typer reads the options of a command with pydantic.
    assert imported(command, "--help", of=EVERYTHING) == []


def test_a_check_imports_what_reads_and_judges_stack_files_alone() -> None:
    assert imported("check", of=(*ENGINE, *LAB, *ANALYSES, *DASHBOARDS)) == []


@pytest.mark.parametrize(
    ("arguments", "without"),
    [
        (("schema",), ("network.plan", *READERS, *ANALYSES)),
        (("addresses", "--stack", "dev"), ANALYSES),
        (("flows", "--stack", "dev"), ANALYSES),
        (("review", "--kinds"), (*MODELS, *READERS, "network.reachability")),
        (("verify", "--codes"), ("network.stack_file", *ANALYSES)),
    ],
    ids=lambda each: each[0],
)
def test_no_command_imports_the_engine_or_what_only_others_need(
    arguments: tuple[str, ...], without: tuple[str, ...]
) -> None:
    assert imported(*arguments, of=(*ENGINE, *LAB, *without)) == []


def test_an_analysis_of_manifests_does_not_wait_for_the_models_of_a_stack(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text("{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {}}\n")
    others = (*MODELS, *ENGINE, *LAB, "network.plan", "network.review")
    assert imported("reachability", "--folder", str(tmp_path), of=others) == []


def test_importing_reads_nothing_of_the_repository_but_code() -> None:
    ours = [f"{ROOT}/{each}" for each in ("network", "lab", "docs", "Pulumi")]
    done = subprocess.run(
        [sys.executable, "-c", OPENED, *ours], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
