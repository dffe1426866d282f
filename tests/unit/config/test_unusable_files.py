"""What commands cannot read or write is one line that names it, before any work, and exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app
from tests.stacks import ROOT


def said(*arguments: str) -> str:
    """Return the one line that a command says, after it has ended with 2."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 2, result.output
    assert len(result.output.splitlines()) == 1
    return result.output


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("command", ["check", "plan"])
def test_an_absent_file_and_a_folder_are_named(command: str, tmp_path: Path) -> None:
    absent = tmp_path / "none" / "Pulumi.dev.yaml"

    assert f"{absent} does not exist" in said(command, "--file", str(absent))
    assert f"{tmp_path} is a folder" in said(command, "--file", str(tmp_path))
    assert "lies below a file" in said(command, "--file", str(ROOT / "Pulumi.dev.yaml" / "x"))


@pytest.mark.parametrize(
    "command",
    [
        ("addresses", "--svg"),
        ("flows", "--output"),
        ("flows", "--svg"),
        ("review", "--base", "HEAD", "--output"),
        ("reachability", "--stack", "dev", "--svg"),
    ],
    ids=" ".join,
)
def test_an_output_without_a_folder_is_refused(command: tuple[str, ...], tmp_path: Path) -> None:
    absent = tmp_path / "none"

    assert f"there is no folder {absent}" in said(*command, str(absent / "x.svg"))
    assert f"{tmp_path} cannot be written: it is a folder" in said(*command, str(tmp_path))


def test_an_output_that_the_system_refuses_is_told_with_its_reason() -> None:
    told = said("addresses", "--stack", "dev", "--svg", "/dev/full")
    assert "/dev/full cannot be written: No space left" in told


def test_a_folder_may_be_named_by_the_stack(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()

    result = CliRunner().invoke(
        app,
        ["flows", "--stack", "dev", "--svg", f"{tmp_path}/{{stack}}/x.svg", "--output", f"{tmp_path}/x"],
    )

    assert result.exit_code == 0
    assert (tmp_path / "dev" / "x.svg").is_file()


def test_a_project_without_stack_files_and_no_project_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no Pulumi.yaml here or above" in said("check")

    (tmp_path / "Pulumi.yaml").write_text("name: network\n")
    assert f"there is no stack file in {tmp_path}" in said("check")


def test_an_unknown_stack_is_told_with_those_that_there_are() -> None:
    for command in (("check",), ("plan",), ("addresses",), ("flows",), ("reachability",)):
        assert "Pulumi.nope.yaml does not exist; there are: Pulumi.dev.yaml" in said(
            *command, "--stack", "nope"
        )


def test_what_the_terminal_cannot_show_is_escaped(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.case.yaml"
    file.write_text("config:\n  network:applications: { 🛒: {} }\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "network", "check", "--file", file],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1
    assert b"\\U0001f6d2" in done.stdout
    assert b"Traceback" not in done.stderr
