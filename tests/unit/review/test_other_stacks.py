"""The review tells of stacks that come to take the same, and refuses stacks that nobody has."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.cli.review import of_sources
from network.review.sources import Source
from tests.review.prepared import project
from tests.stacks import ROOT
from tests.unit.review.documents import document

SAME: dict[str, Any] = {"network:ingress": {"loadBalancer": {"name": "network-prod"}}}


def both(over: dict[str, Any] | None = None) -> Source:
    return Source("a side", {"dev": document("dev", over), "prod": document("prod")})


def test_a_collision_is_told_of_both_stacks_once_it_is_new() -> None:
    found = of_sources(both(), both(SAME))
    after = of_sources(both(SAME), both(SAME))

    text = found.comment.text()
    assert text.count("`stacks-collide`") == 2
    assert "`ingress.loadBalancer.name` `network-prod` collides with `network-prod` of stack `prod`" in text
    assert "stacks-collide" not in after.found


def test_a_base_that_does_not_tell_its_claims_hides_no_collision() -> None:
    base = both(SAME)
    for each in base.documents.values():
        del each["claims"]

    assert "stacks-collide" in of_sources(base, both(SAME)).found


def test_a_new_stack_is_compared_as_well() -> None:
    base = Source("a side", {"prod": document("prod")})

    found = of_sources(base, both(SAME))

    assert {"stack-added", "stacks-collide"} <= found.found


def test_only_the_stacks_that_are_asked_for_are_reviewed() -> None:
    text = of_sources(both(), both(SAME), stacks=["dev"]).comment.text()

    assert "`stacks-collide`" in text
    assert "### dev" in text
    assert "### prod" not in text


def test_an_unknown_stack_is_an_error_with_those_that_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project(tmp_path / "project")
    monkeypatch.chdir(folder)

    result = CliRunner().invoke(app, ["review", "--base", "./", "--head", ".", "--stack", "nope"])

    assert result.exit_code == 2
    assert "no stack is called nope in ./ or .; there are: dev, ports, prod, watched" in result.output


def test_sides_without_any_stack_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "a").mkdir()

    result = CliRunner().invoke(app, ["review", "--base", f"{tmp_path}/a", "--head", f"{tmp_path}/a"])

    assert result.exit_code == 2
    assert "has a stack file Pulumi.<stack>.yaml" in result.output
