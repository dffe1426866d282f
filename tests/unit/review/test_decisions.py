"""A review says which changes ask for a decision record, and which record answers (ADM-6)."""

from network.review import kinds
from network.review.decisions import TEMPLATE, due
from network.review.kinds import Finding

OPENED = Finding(kinds.OPENED_OUTSIDE, "")
PATCHED = Finding(kinds.KUBERNETES_PATCHED, "")
RECORD = "# 16. Prices\n\nStatus: accepted, 2026-12-01. Stacks: dev, prod.\n\nWe ask for prices.\n"


def test_what_opens_a_connection_outside_asks_for_a_record_of_its_stack() -> None:
    said = due({"prod": [OPENED, PATCHED], "dev": [PATCHED]}, {}, {})
    assert said.startswith("**This change asks for a decision record** (prod: `opened-outside`)")
    assert TEMPLATE in said
    assert "`Stacks: prod`" in said


def test_what_decides_nothing_asks_for_none() -> None:
    assert due({"prod": [PATCHED]}, {}, {}) == ""


def test_a_record_that_comes_along_answers_for_the_stacks_that_it_names() -> None:
    said = due({"prod": [OPENED], "dev": [OPENED]}, {}, {"0016-prices.md": RECORD})
    assert said == "**Decision record**: `0016-prices.md` (dev, prod)."


def test_a_record_that_is_added_to_answers_too() -> None:
    grown = {"0016-prices.md": RECORD + "\nAnd for stock.\n"}
    assert "asks for" not in due({"prod": [OPENED]}, {"0016-prices.md": RECORD}, grown)


def test_a_record_that_was_there_before_answers_for_nothing() -> None:
    known = {"0016-prices.md": RECORD}
    assert "asks for" in due({"prod": [OPENED]}, known, known)


def test_a_record_about_another_stack_is_told_and_answers_not() -> None:
    said = due({"staging": [OPENED]}, {}, {"0016-prices.md": RECORD})
    assert "(staging: `opened-outside`)" in said
    assert said.endswith("**Decision record**: `0016-prices.md` (dev, prod).")
