"""Prepared changes get the comments that they are expected to get.

The expected comments stand beside the changes, to be read. `make review-examples` writes them anew; whoever
changes them reads each as the reviewer of a pull request would.
"""

from pathlib import Path

import pytest

from network.cli.review import of_sources
from network.review.kinds import KINDS, Weight
from network.review.sources import Source
from tests.review.prepared import PREVIEW, Prepared, changes, project, side
from tests.stacks import ROOT

CHANGES = changes()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("review") / "base")


@pytest.fixture(scope="module")
def sides(base: Path) -> dict[tuple[str, ...], Source]:
    return {stacks: side(base, "main", stacks) for stacks in {change.stacks for change in CHANGES}}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_gets_its_comment(
    change: Prepared, base: Path, sides: dict[tuple[str, ...], Source], tmp_path: Path
) -> None:
    head = change.applied(base, tmp_path / "head")
    reviewed = of_sources(sides[change.stacks], head, PREVIEW, [change.stack])

    assert change.finds <= reviewed.found
    assert reviewed.comment.text() == change.expected.read_text(), (
        "run `make review-examples` and read the difference"
    )
    if not change.finds:
        assert {KINDS[name].weight for name in reviewed.found} == {Weight.NOTE}


def test_enough_changes_are_prepared() -> None:
    assert len(CHANGES) >= 15
    assert {name for change in CHANGES for name in change.finds} <= KINDS.keys()


def test_every_expected_comment_belongs_to_a_change() -> None:
    folder = Path(__file__).parent / "changes"
    assert {file.stem for file in folder.glob("*.md")} == {change.name for change in CHANGES}


def test_the_review_in_the_readme_is_that_of_a_prepared_change() -> None:
    quoted = [line[1:].strip() for line in (ROOT / "README.md").read_text().splitlines() if line[:1] == ">"]
    (shown,) = [change for change in CHANGES if change.name == "a-route-of-its-own-for-the-api"]
    comment = [line.removeprefix("> ") for line in shown.expected.read_text().splitlines()]
    assert len(quoted) > 8
    assert [line for line in quoted if line and line not in comment] == []
