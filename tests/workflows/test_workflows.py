"""The workflows are well formed, and nothing of a stranger's pull request can act with our rights."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import parts
from lab.paths import NAME
from tests import libyaml
from tests.stacks import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"

Yaml = dict[str, Any]


def workflow(name: str) -> Yaml:
    # YAML 1.1 reads the key `on` as true.
    return {
        ("on" if key is True else key): value
        for key, value in libyaml.load((FOLDER / name).read_text()).items()
    }


def steps() -> Iterator[tuple[Path, Yaml]]:
    for file in WORKFLOWS:
        for job in workflow(file.name)["jobs"].values():
            for step in job.get("steps", ()):
                yield file, step


def actionlint(folder: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    command = [parts.ensure("actionlint")["actionlint"] / "actionlint", "-no-color", "-shellcheck=", *files]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.lab
def test_actionlint_finds_nothing() -> None:
    done = actionlint(ROOT, *WORKFLOWS)
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.lab
def test_actionlint_finds_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    text = (FOLDER / "preview.yml").read_text()
    wrong.write_text(text.replace("${{ matrix.stack }}-preview", "${{ matrix.stick }}-preview"))
    assert 'property "stick" is not defined' in actionlint(tmp_path, wrong).stdout


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_nothing_is_permitted_that_a_job_does_not_ask_for(file: Path) -> None:
    assert workflow(file.name)["permissions"] == {}
    for job in workflow(file.name)["jobs"].values():
        assert "permissions" in job
        assert "write-all" not in str(job["permissions"])


def test_actions_are_pinned_by_commit_with_their_version_beside_it() -> None:
    for file in (*WORKFLOWS, ROOT / ".github/actions/setup/action.yml"):
        for action in re.findall(r"uses: (?!\./)(.+)", file.read_text()):
            assert re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), f"{file.name}: {action}"


def test_no_expression_stands_in_a_script() -> None:
    # It would be put into the script as text: a branch called `$(…)` would run.
    for file, step in steps():
        assert "${{" not in step.get("run", ""), f"{file.name}: {step['run']}"


def test_a_drift_run_that_could_not_look_is_not_called_drift() -> None:
    by_id = {step.get("id"): step for step in workflow("drift.yml")["jobs"]["drift"]["steps"]}
    assert "expect-no-changes" not in by_id["look"]["with"]
    assert by_id["compare"]["with"]["expect-no-changes"] is True
    (told,) = [step for step in by_id.values() if "TITLE" in step.get("env", {})]
    assert told["env"]["TITLE"].startswith(
        "${{ steps.look.outcome == 'failure' && 'No drift check' || 'Drift' }}"
    )


def test_no_workflow_runs_a_strangers_code_with_our_rights() -> None:
    for file in WORKFLOWS:
        assert "pull_request_target" not in workflow(file.name)["on"], file.name
    comment = workflow("comment.yml")["jobs"]["comment"]
    assert not [step for step in comment["steps"] if "checkout" in step.get("uses", "")]


def test_forks_get_neither_secrets_nor_our_runners() -> None:
    for name, job in workflow("preview.yml")["jobs"].items():
        ours = "self-hosted" in job["runs-on"] or "secrets." in str(job) or "environment" in job
        assert not ours or job["if"] == SAME_REPOSITORY, name
        if not ours:
            assert job["permissions"] == {"contents": "read"}


def test_tests_run_a_strangers_code_without_secrets_rights_or_our_runners() -> None:
    for name, job in workflow("test.yml")["jobs"].items():
        assert job["runs-on"] == "ubuntu-latest", name
        assert job["permissions"] == {"contents": "read"}, name
        assert "secrets." not in str(job), name
        assert "environment" not in job, name


def test_the_fast_tests_run_on_every_pull_request_and_are_named_as_a_required_check() -> None:
    test = workflow("test.yml")
    assert {"opened", "synchronize", "reopened"} <= set(test["on"]["pull_request"]["types"])
    fast = test["jobs"]["test"]
    # A job that its condition skips counts as passed.
    assert fast["if"] == "github.event_name != 'schedule'"
    assert [step["run"] for step in fast["steps"] if "run" in step] == ["make test"]
    required = re.search(r"and the checks (.+)\.$", (ROOT / "docs/ci.md").read_text(), re.MULTILINE)
    assert required
    assert f"`{fast['name']}`" in required[1]


def test_the_labs_tests_run_each_night_and_by_label_with_their_parts_cached_by_what_pins_them() -> None:
    test = workflow("test.yml")
    assert test["on"]["schedule"]
    lab = test["jobs"]["lab"]
    assert "contains(github.event.pull_request.labels.*.name, 'lab')" in lab["if"]
    assert [step for step in lab["steps"] if "make test-lab" in step.get("run", "")]
    (cache,) = [step["with"] for step in lab["steps"] if step.get("uses", "").startswith("actions/cache@")]
    hashed = re.findall(r"'([^']+)'", cache["key"])
    assert hashed == ["lab/parts/**", "network/versions.py"]
    assert all([*ROOT.glob(pattern)] for pattern in hashed)
    assert cache["path"].split() == [f"~/.cache/{NAME}/parts", f"~/.cache/{NAME}/images"]


def test_the_comments_number_comes_from_the_event() -> None:
    (_, post) = workflow("comment.yml")["jobs"]["comment"]["steps"]
    assert {"OWNER", "BRANCH", "COMMIT"} <= post["env"].keys()
    assert all("github.event.workflow_run" in post["env"][name] for name in ("OWNER", "BRANCH", "COMMIT"))


def test_prod_waits_for_dev_and_one_deployment_runs_at_a_time() -> None:
    deploy = workflow("deploy.yml")
    assert deploy["concurrency"] == {"group": "deploy", "cancel-in-progress": False}
    assert deploy["jobs"]["prod"]["needs"] == "dev"
    up = workflow("stack.yml")["jobs"]["up"]
    assert up["needs"] == "preview"
    assert up["environment"] == "${{ inputs.stack }}"
    assert up["concurrency"]["cancel-in-progress"] is False


def test_an_up_is_proven_by_a_preview_without_changes() -> None:
    commands = [
        step["with"]
        for step in workflow("stack.yml")["jobs"]["up"]["steps"]
        if "command" in step.get("with", {})
    ]
    assert [command["command"] for command in commands] == ["up", "preview"]
    assert all(command["refresh"] for command in commands)
    assert commands[-1]["expect-no-changes"]


def test_every_shipped_stack_is_previewed_deployed_and_looked_after() -> None:
    stacks = {file.name.split(".")[1] for file in ROOT.glob("Pulumi.*.yaml")}
    assert set(workflow("preview.yml")["jobs"]["preview"]["strategy"]["matrix"]["stack"]) == stacks
    assert set(workflow("drift.yml")["jobs"]["drift"]["strategy"]["matrix"]["stack"]) == stacks
    assert {job["with"]["stack"] for job in workflow("deploy.yml")["jobs"].values()} == stacks
