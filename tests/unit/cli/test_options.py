"""One option, one meaning: in every command that has it, and in its help."""

import os
from pathlib import Path
from typing import get_args

import pytest
import typer.main
from typer.testing import CliRunner

from network.cli import app, options
from network.reachability import peer_class
from tests.stacks import NAMES, ROOT

SHARED = ("--stack", "--file", "--output", "--svg")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("option", SHARED)
def test_an_option_has_one_short_form_and_one_help_wherever_it_is(option: str) -> None:
    group = typer.main.get_group(app)
    found = [each for command in group.commands.values() for each in command.params if option in each.opts]
    assert len(found) > 1
    assert len({tuple(each.opts) for each in found}) == 1
    # Where one alone may be given, the help is the same but for what is said about several.
    helps = sorted({str(getattr(each, "help", "")) for each in found}, key=len)
    assert all(each.startswith(helps[0].rstrip(".")) for each in helps)


def test_the_help_says_what_the_program_is() -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    assert "DigitalOcean Kubernetes" in told
    assert "exits 0" in told


def test_every_semantics_of_the_analysis_can_be_asked_for() -> None:
    assert get_args(options.Semantics) == get_args(peer_class.Semantics)


@pytest.mark.parametrize("command", ["check", "addresses", "flows", "plan"])
def test_a_stack_file_may_lie_anywhere(command: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "Pulumi.dev.yaml"
    elsewhere.write_text((ROOT / "Pulumi.dev.yaml").read_text())
    by_name, by_file = (
        CliRunner().invoke(app, [command, *chosen])
        for chosen in (("--stack", "dev"), ("--file", str(elsewhere)))
    )
    assert by_name.exit_code == by_file.exit_code == 0
    assert by_name.output == by_file.output.replace(os.path.relpath(elsewhere), elsewhere.name)


def test_a_stack_file_elsewhere_is_analysed_as_the_project_s() -> None:
    by_name, by_file = (
        CliRunner().invoke(app, ["reachability", *chosen]).output
        for chosen in (("--stack", "dev"), ("--file", "Pulumi.dev.yaml"))
    )
    assert by_name == by_file


@pytest.mark.parametrize("command", ["check", "addresses", "flows", "plan", "reachability"])
def test_a_stack_and_a_file_together_are_refused(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--stack", "dev", "--file", "Pulumi.dev.yaml"])
    assert done.exit_code == 2
    assert "give one of --stack" in done.output


@pytest.mark.parametrize("command", ["addresses", "flows", "reachability"])
def test_a_picture_takes_the_place_of_the_text_unless_that_has_a_file(command: str, tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, [command, "--stack", "dev"]).output
    text, picture = tmp_path / "text", tmp_path / "{stack}.svg"

    alone = CliRunner().invoke(app, [command, "--stack", "dev", "--svg", str(picture)])
    assert (alone.exit_code, alone.output) == (0, "")
    assert [each.name for each in tmp_path.iterdir()] == ["dev.svg"]

    both = ["--svg", str(picture), "--output", str(text)]
    assert CliRunner().invoke(app, [command, "--stack", "dev", *both]).output == ""
    assert text.read_text() == printed


def test_a_picture_of_each_stack_is_named_by_the_stack_and_not_by_its_environment(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.other.yaml"
    file.write_text((ROOT / "Pulumi.dev.yaml").read_text())
    for command in ("addresses", "flows"):
        folder = tmp_path / command
        folder.mkdir()
        assert (
            CliRunner()
            .invoke(app, [command, "--file", str(file), "--svg", f"{folder}/{{stack}}.svg"])
            .exit_code
            == 0
        )
        assert [each.name for each in folder.iterdir()] == ["other.svg"]


def test_a_form_given_as_the_file_to_write_is_told_where_it_belongs() -> None:
    done = CliRunner().invoke(app, ["reachability", "--stack", "dev", "--output", "json"])
    assert done.exit_code == 2
    assert "--format json" in done.output
    assert not (ROOT / "json").exists()


@pytest.mark.parametrize("command", ["addresses", "flows", "reachability"])
def test_a_stack_with_problems_is_nothing_to_work_with(command: str, tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text("config: {}\n")
    assert CliRunner().invoke(app, [command, "--file", str(file)]).exit_code == 2
    assert CliRunner().invoke(app, ["check", "--file", str(file)]).exit_code == 1


def test_all_stacks_are_taken_where_none_is_named() -> None:
    told = CliRunner().invoke(app, ["check"]).output
    assert all(f"Pulumi.{name}.yaml: valid" in told for name in NAMES)


def test_an_option_that_takes_one_value_is_refused_where_it_is_given_twice() -> None:
    stacks = [part for name in NAMES for part in ("--stack", name)]
    refused = CliRunner().invoke(app, ["reachability", *stacks])
    assert refused.exit_code == 2
    assert "--stack is given 2 times, and takes one value" in " ".join(refused.output.split())
    assert CliRunner().invoke(app, ["check", *stacks]).exit_code == 0
