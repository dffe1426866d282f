"""What the language host asks of a project and hands to its program."""

import json
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from pulumi.runtime.proto import language_pb2

from lab.engine.language_host import (
    LONGEST_VARIABLE,
    command_line,
    configuration,
    interpreter,
    outcome,
    required_plugins,
)


def project(root: Path, virtualenv: str | None = None) -> language_pb2.ProgramInfo:
    info = language_pb2.ProgramInfo(root_directory=str(root), program_directory=str(root), entry_point=".")
    if virtualenv is not None:
        info.options.update({"virtualenv": virtualenv})
    return info


def with_python(root: Path, virtualenv: str) -> Path:
    python = root / virtualenv / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    return python


@pytest.mark.parametrize(("option", "folder"), [(None, ".venv"), ("env/here", "env/here")])
def test_the_program_runs_in_the_projects_virtual_environment(
    tmp_path: Path, option: str | None, folder: str
) -> None:
    python = with_python(tmp_path, folder)
    assert interpreter(project(tmp_path, option)) == python


def test_a_missing_virtual_environment_is_an_error_that_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"runtime\.options\.virtualenv.*make setup"):
        interpreter(project(tmp_path))


def test_configuration_and_its_secret_keys_reach_the_program() -> None:
    request = language_pb2.RunRequest(config={"network:a": "1"}, configSecretKeys=["network:a"])
    variables = configuration(request)
    assert json.loads(variables["PULUMI_CONFIG"]) == {"network:a": "1"}
    assert json.loads(variables["PULUMI_CONFIG_SECRET_KEYS"]) == ["network:a"]


def test_a_stack_file_too_long_for_linux_is_refused_with_its_size() -> None:
    request = language_pb2.RunRequest(stack="dev", config={"network:a": "x" * LONGEST_VARIABLE})
    with pytest.raises(ValueError, match=r"Pulumi\.dev\.yaml: its values take 13\d{4} bytes"):
        configuration(request)


def test_no_value_of_the_configuration_stands_on_the_command_line(tmp_path: Path) -> None:
    with_python(tmp_path, ".venv")
    request = language_pb2.RunRequest(
        info=project(tmp_path), config={"network:token": "secret-value"}, dryRun=True, parallel=8
    )
    command = command_line(request, "127.0.0.1:9")
    assert not any("secret-value" in word for word in command)
    assert {"--dry-run=true", "--parallel=8", "--engine=127.0.0.1:9"} <= set(command)


@pytest.mark.parametrize("code", [1, 2])
def test_only_a_program_that_has_told_its_error_ends_without_another_word(code: int) -> None:
    assert outcome(32) == language_pb2.RunResponse(bail=True)
    assert outcome(0) == language_pb2.RunResponse()
    assert outcome(code).error == f"program exited with non-zero exit code: {code}"
    assert outcome(-2).error == "program exited with non-zero exit code: -1"  # interrupted


def test_an_sdk_that_names_a_resource_plugin_requires_it(tmp_path: Path) -> None:
    package = tmp_path / "pulumi_thing"
    package.mkdir()
    (package / "pulumi-plugin.json").write_text('{"resource": true, "name": "thing", "version": "1.2.3"}')
    metadata = tmp_path / "pulumi_thing-1.2.3.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: pulumi-thing\nVersion: 1.2.3\n")
    (metadata / "RECORD").write_text("pulumi_thing/pulumi-plugin.json,,\n")
    plugins = required_plugins([Distribution.at(metadata)])
    assert [(each["name"], each["version"]) for each in plugins] == [("thing", "1.2.3")]
