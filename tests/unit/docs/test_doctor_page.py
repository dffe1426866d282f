"""docs/doctor.md has each code that the command prints, and no other (ADM-4)."""

import re

from network.diagnosis.causes import CODES
from tests import doctor_page


def test_the_page_follows_from_the_links() -> None:
    assert doctor_page.PAGE.read_text() == doctor_page.page(), "run `make generate`"


def test_every_code_has_a_section_and_every_section_a_code() -> None:
    _, _, generated = doctor_page.PAGE.read_text().partition(doctor_page.KEPT)
    assert re.findall(r"^### (.+)$", generated, re.MULTILINE) == list(CODES)


def test_every_link_is_on_the_way_of_something_that_can_be_asked() -> None:
    named = re.findall(r"\[([a-z-]+)\]\(#", doctor_page.generated())
    assert set(named) == CODES.keys()


def test_a_code_says_what_it_asks_and_what_usually_breaks_it() -> None:
    for code in CODES.values():
        assert code.asks.endswith("?")
        assert code.causes
