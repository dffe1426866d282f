"""`network check` says from the file alone what the program would say, and more."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.cli.check import check_file
from network.config.load import check
from network.config.stack import SECRETS
from tests import libyaml
from tests.stacks import NAMES, ROOT
from tests.unit.config.corpus import Case, case, corpus

MALFORMED = sorted((Path(__file__).parent / "malformed").glob("*.yaml"))
ENCRYPTED = {"secure": "v1:0123456789:abcdefgh"}
NEEDS_A_SECRET = re.compile(f"network:({'|'.join(SECRETS)})|basicAuth[.]users")


def as_file(folder: Path, invalid: Case) -> Path:
    """Write a case as a stack file, its secrets encrypted."""
    layers: dict[str, Any] = dict(invalid.layers)
    for key, secret in SECRETS.items():
        if (given := layers.get(f"network:{key}")) is not None:
            layers[f"network:{key}"] = dict.fromkeys(given, ENCRYPTED) if secret.by_name else ENCRYPTED
    file = folder / "Pulumi.case.yaml"
    # By way of JSON, since values that are one object would be written with anchors.
    file.write_text(libyaml.dump({"config": json.loads(json.dumps(layers))}, sort_keys=False))
    return file


@pytest.mark.parametrize(
    "invalid",
    [c for c in corpus() if not c.plain and not NEEDS_A_SECRET.search(str(c.expected))],
    ids=lambda invalid: invalid.name,
)
def test_the_file_alone_shows_the_same_problems_each_at_its_line(invalid: Case, tmp_path: Path) -> None:
    file = as_file(tmp_path, invalid)

    found = {(line.where, line.rule): line.line for line in check_file(file).problems}

    problems = check(invalid.raw).problems
    assert found.keys() == {(f"{p.path}: {p.value}", p.rule) for p in problems}
    text = ["", *file.read_text().splitlines()]
    for problem in problems:
        line = text[found[f"{problem.path}: {problem.value}", problem.rule]]
        last = problem.location[-1]
        if isinstance(last, int):
            assert line.lstrip().startswith("- ")
        elif problem.value != "absent":
            assert f"{last}" in line


@pytest.mark.parametrize("file", MALFORMED, ids=lambda file: file.stem)
def test_a_malformed_file_is_refused_at_its_line(file: Path) -> None:
    expected = re.findall(r"^# expect ([0-9]+): (.+)$", file.read_text(errors="replace"), re.M)

    problems = check_file(file).problems

    assert expected
    for line, rule in expected:
        assert any(p.line == int(line) and rule in p.rule for p in problems), problems
        assert all(p.fix for p in problems)


def test_a_key_as_pulumi_once_wrote_it_is_told_as_it_is_now() -> None:
    file = Path(__file__).parent / "malformed" / "a-key-as-pulumi-once-wrote-it.yaml"
    assert "write `network:cluster`" in next(p.fix for p in check_file(file).problems if p.line == 4)


def test_the_shipped_stacks_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    result = CliRunner().invoke(app, ["check"])

    assert result.exit_code == 0, result.output
    for name in NAMES:
        assert f"Pulumi.{name}.yaml: valid" in result.output


def test_an_absent_secret_is_a_note_with_the_command_that_sets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)

    output = CliRunner().invoke(app, ["check", "--stack", "dev"]).output

    assert "pulumi config set --secret network:dnsToken --stack dev" in output
    assert "--secret --path network:basicAuthUsers.admins --stack dev" in output


def test_a_pinned_version_is_told_to_be_refused_below_the_running_clusters() -> None:
    notes = check_file(ROOT / "Pulumi.dev.yaml").notes

    assert any("refuse it where the running cluster is newer" in note for note in notes)


def test_every_command_refreshes_so_that_no_stale_count_or_token_is_used() -> None:
    project = libyaml.load((ROOT / "Pulumi.yaml").read_text())

    assert project["options"] == {"refresh": "always"}


def test_the_regions_default_vpc_is_told_of_before_the_first_up_only(tmp_path: Path) -> None:
    told = "can never be deleted"

    assert any(told in note for note in check_file(ROOT / "Pulumi.dev.yaml").notes)
    assert not any(told in note for note in check_file(as_file(tmp_path, case("", {}))).notes)


def test_the_secret_itself_is_never_printed(tmp_path: Path) -> None:
    secret = "dop_v1_0123456789abcdef"
    file = tmp_path / "Pulumi.case.yaml"
    layers = {"network:dnsToken": secret, "network:basicAuthUsers": {"admins": secret}}
    file.write_text(libyaml.dump({"config": {**case("", {}).layers, **layers}}))

    result = CliRunner().invoke(app, ["check", "--file", str(file)])

    assert result.exit_code == 1
    assert "network:basicAuthUsers.admins: [secret]" in result.output
    assert secret not in result.output


def test_a_stack_without_a_file_is_named_with_those_that_have_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)

    result = CliRunner().invoke(app, ["check", "--stack", "production"])

    assert result.exit_code == 2
    assert "Pulumi.dev.yaml, Pulumi.prod.yaml" in result.output


def test_an_announced_lifetime_that_moves_the_day_of_renewal_is_told_of() -> None:
    stack = ROOT / "Pulumi.prod.yaml"

    (first, second) = [n for n in check_file(stack, date(2026, 11, 25)).notes if "certificates live" in n]

    assert "from 2027-02-10 on certificates live 64 days" in first
    assert "renewed after 43 days instead of 60" in first
    assert "from 2028-02-16" in second
    assert not [n for n in check_file(stack, date(2028, 3, 1)).notes if "certificates live" in n]
