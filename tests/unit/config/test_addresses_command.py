"""`network addresses`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app
from tests.stacks import ROOT


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_the_table_shows_each_range_and_what_fits() -> None:
    output = CliRunner().invoke(app, ["addresses", "--stack", "dev"], env={"COLUMNS": "120"}).output

    for text in ("10.0.0.0/16", "10.244.0.0/16", "512 nodes", "10.96.0.10", "10.2.0.0/16"):
        assert text in output


def test_the_picture_is_written_for_each_stack(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["addresses", "--svg", str(tmp_path / "{stack}.svg")])

    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dev.svg", "prod.svg"]


def test_an_invalid_stack_has_no_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(app, ["addresses"])

    assert result.exit_code == 2
    assert "network:cluster: absent" in result.output
