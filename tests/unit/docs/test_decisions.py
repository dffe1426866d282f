"""Decision records say where they stand, and what took their place (ADM-6)."""

import re
from pathlib import Path

import pytest

from network.review.decisions import TEMPLATE
from tests.reference.decisions import FOLDER, Record, records
from tests.stacks import NAMES, ROOT

RECORDS = list(records())
BY_NAME = {record.name: record for record in RECORDS}


def test_records_are_numbered_without_gaps_as_their_files_are() -> None:
    assert [record.number for record in RECORDS] == list(range(1, len(RECORDS) + 1))
    assert [int(record.name[:4]) for record in RECORDS] == [record.number for record in RECORDS]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_what_superseded_a_record_is_a_later_accepted_one(record: Record) -> None:
    if record.superseded_by is None:
        assert record.status in ("proposed", "accepted")
        return
    later = BY_NAME[record.superseded_by]
    assert record.status.startswith(f"superseded by [{later.number:04}]")
    assert later.number > record.number
    assert later.status != "proposed"


def test_stacks_that_records_name_are_there() -> None:
    assert {stack for record in RECORDS for stack in record.stacks} <= set(NAMES)


def test_the_template_begins_as_a_record_does() -> None:
    text = (ROOT / TEMPLATE).read_text()
    assert re.match(r"# NNNN\. .+\n\nStatus: proposed, YYYY-MM-DD\. Stacks: ", text)


def test_a_record_without_a_status_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER.relative_to(ROOT)
    folder.mkdir(parents=True)
    (folder / "0001-bare.md").write_text("# 1. Bare\n\nWe did it.\n")
    with pytest.raises(ValueError, match=r"0001-bare\.md does not begin"):
        list(records(folder))
