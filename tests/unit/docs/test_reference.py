"""The reference follows from the code (docs/reference)."""

import re

import pytest

from network.config.rules import RULES, WARNINGS
from tests.reference import stack_file
from tests.reference.pages import FOLDER, PAGES, text
from tests.stacks import ROOT

STACK_FILE = (FOLDER / "stack-file.md").read_text()


def test_no_page_of_the_reference_is_written_by_hand() -> None:
    assert {str(page.relative_to(ROOT)) for page in FOLDER.glob("*.md")} <= PAGES.keys()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_follows_from_the_code(name: str) -> None:
    assert (ROOT / name).read_text() == text(name), "run `make generate`"


def test_every_key_of_the_models_has_a_row() -> None:
    rows = set(re.findall(r"^\| `(?:network:)?([A-Za-z0-9]+)[`.]", STACK_FILE, re.MULTILINE))
    keys = {key for model in stack_file.DEFS.values() for key in model.get("properties", {})}
    assert len(keys) > 300
    assert keys - rows == set()


def test_every_rule_across_layers_is_told_with_its_reason() -> None:
    for rule in (*RULES, *WARNINGS):
        assert " ".join((rule.__doc__ or "").split()) in STACK_FILE, rule.__name__
