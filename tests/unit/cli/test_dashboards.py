"""`network dashboards`: a stack's dashboards as files, for a Grafana elsewhere."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.plan.model.dashboards import TITLES
from tests import libyaml
from tests.stacks import ROOT, WATCHING, merged, stack_file

WATCHED = {"network:observability": {"prometheus": {"install": {}}}}


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    file = tmp_path / "Pulumi.watched.yaml"
    file.write_text(libyaml.dump({"config": merged(stack_file("dev"), WATCHED)}))
    return file


def test_a_folder_gets_a_file_for_each_dashboard(watched: Path, tmp_path: Path) -> None:
    folder = tmp_path / "grafana" / "dashboards"
    done = CliRunner().invoke(app, ["dashboards", "--file", str(watched), "--output", str(folder)])
    assert done.exit_code == 0, done.output
    assert {file.name for file in folder.iterdir()} == {f"{uid}.json" for uid in TITLES}
    for uid, title in TITLES.items():
        document = json.loads((folder / f"{uid}.json").read_text())
        assert (document["uid"], document["title"]) == (uid, title)
        assert str(folder / f"{uid}.json") in done.output


def test_without_a_folder_they_are_one_list_on_the_screen(watched: Path) -> None:
    done = CliRunner().invoke(app, ["dashboards", "--file", str(watched)])
    assert {each["uid"] for each in json.loads(done.output)} == set(TITLES)


def test_a_file_in_place_of_the_folder_is_told_in_one_line(watched: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = CliRunner().invoke(
        app, ["dashboards", "--file", str(watched), "--output", str(tmp_path / "taken")]
    )
    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 1


def test_a_stack_that_is_not_watched_has_none(tmp_path: Path) -> None:
    unwatched = stack_file("dev", without=WATCHING)
    file = tmp_path / "Pulumi.unwatched.yaml"
    file.write_text(libyaml.dump({"config": unwatched}))
    done = CliRunner().invoke(app, ["dashboards", "--file", str(file)])
    assert done.exit_code == 1
    assert "observability" in done.output


def test_one_stack_is_chosen() -> None:
    done = CliRunner().invoke(app, ["dashboards"])
    assert done.exit_code == 2
    assert "--stack" in done.output
