"""Everybody finds every page from docs/README.md, and what the first hour says comes true."""

import re
from pathlib import Path

import pytest

from tests import libyaml
from tests.stacks import ROOT
from tests.unit.docs.blocks import blocks
from tests.unit.review.documents import review

INDEX = ROOT / "docs/README.md"
FOLDERS = {"docs/runbooks/alerts": "docs/runbooks/README.md", "docs/decisions": "docs/decisions/README.md"}
"""Folders whose own index lists their pages."""


def linked(page: Path) -> set[Path]:
    """Documents that a page links to."""
    found = re.findall(r"\]\(([^)#:\s]+)", page.read_text())
    return {(page.parent / each).resolve() for each in found}


PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_is_in_the_index(page: Path) -> None:
    if page == INDEX:
        assert INDEX in linked(ROOT / "README.md")
        return
    folder = page.parent.relative_to(ROOT).as_posix()
    index = ROOT / FOLDERS.get(folder, "docs/README.md")
    where = "docs/README.md" if page == index else index.relative_to(ROOT).as_posix()
    assert page in linked(ROOT / where), f"{where} has no row for it"


def test_a_newcomer_s_questions_have_a_row_each() -> None:
    text = INDEX.read_text()
    for words in (
        "within the hour",
        "change a route",
        "add an application",
        "read a review and a preview",
        "on call",
        "upgrade",
        "what it costs",
    ):
        assert re.search(rf"^\| .*{words}.*\| .*\]\(", text, re.MULTILINE), words


def test_each_of_the_owner_s_chapters_has_its_answer() -> None:
    table = INDEX.read_text().partition("## The owner's chapters")[2]
    chapters = " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE))
    for name in (
        "layers",
        "security",
        "management",
        "monitoring",
        "troubleshooting",
        "performance",
        "capacity",
    ):
        assert name in chapters


def test_the_first_hour_says_what_the_review_finds() -> None:
    page = ROOT / "docs/first-hour.md"
    (edit,) = (libyaml.load(block.text) for block in blocks(page) if block.language == "yaml")
    found = {each.kind.name for each in review(edit).findings}
    assert {"route-added", "connection-opened"} <= found
    assert all(f"`{name}`" in page.read_text() for name in ("route-added", "connection-opened"))
