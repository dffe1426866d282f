"""The page of `network accept` has every step, every kind and every question, and each question its fact."""

import re

from typer.testing import CliRunner

from network.acceptance.questions import QUESTIONS, table_of_questions
from network.acceptance.steps import NAMES
from network.acceptance.things import KINDS
from network.cli import app
from tests.stacks import ROOT

PAGE = (ROOT / "docs/acceptance.md").read_text()


def test_the_page_has_the_table_of_questions_as_the_command_prints_it() -> None:
    printed = CliRunner().invoke(app, ["accept", "--questions"]).output.strip()
    assert printed == table_of_questions()
    assert PAGE.rstrip().endswith(printed), "write what `network accept --questions` prints at its end"


def test_no_two_questions_have_one_code() -> None:
    assert len({each.code for each in QUESTIONS}) == len(QUESTIONS)


def test_each_question_is_of_a_fact_that_stands_in_the_repository() -> None:
    for each in QUESTIONS:
        file, heading = each.fact.split("#")
        headings = re.findall("^## (.+)$", (ROOT / "docs/facts" / file).read_text(), re.M)
        anchors = {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}
        assert heading in anchors, each.fact


def test_the_page_has_every_step_in_its_order() -> None:
    section = PAGE.split("## Steps")[1].split("## Killed")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert tuple(re.findall("`(.+?)`", " ".join(rows))) == NAMES


def test_the_page_names_every_kind_that_a_sweep_removes_in_its_order() -> None:
    section = " ".join(PAGE.split("## Sweep")[1].split("## Report")[0].lower().split())
    told = {"uptime check": "checks from outside", "Spaces key": "keys of spaces"}
    places = [section.index(told.get(kind.name, kind.name).lower()) for kind in KINDS]
    assert places == sorted(places)
