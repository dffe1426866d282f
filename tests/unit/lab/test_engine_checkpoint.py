"""A checkpoint that a kill cut off is replaced by the one before it."""

import json
from pathlib import Path

import pytest

from lab.engine.checkpoint import mend

WHOLE = json.dumps({"checkpoint": {"stack": "dev"}})


def backend(folder: Path, current: str | None, backup: str | None) -> Path:
    stacks = folder / ".pulumi" / "stacks" / "network"
    stacks.mkdir(parents=True)
    for name, text in (("dev.json", current), ("dev.json.bak", backup)):
        if text is not None:
            (stacks / name).write_text(text)
    return stacks / "dev.json"


@pytest.mark.parametrize("cut_off", [None, "", WHOLE[:20]])
def test_a_checkpoint_that_was_cut_off_is_restored_from_the_one_before(
    tmp_path: Path, cut_off: str | None
) -> None:
    checkpoint = backend(tmp_path, cut_off, WHOLE)

    assert mend(tmp_path, "dev")
    assert checkpoint.read_text() == WHOLE


def test_a_whole_checkpoint_stays_as_it_is(tmp_path: Path) -> None:
    newer = json.dumps({"checkpoint": {"stack": "dev", "latest": {}}})
    checkpoint = backend(tmp_path, newer, WHOLE)

    assert not mend(tmp_path, "dev")
    assert checkpoint.read_text() == newer


def test_nothing_is_restored_from_a_backup_that_is_broken_too(tmp_path: Path) -> None:
    checkpoint = backend(tmp_path, "", WHOLE[:20])

    assert not mend(tmp_path, "dev")
    assert checkpoint.read_text() == ""


def test_attributes_that_were_cut_off_are_removed(tmp_path: Path) -> None:
    checkpoint = backend(tmp_path, WHOLE, WHOLE)
    broken = checkpoint.with_name("dev.json.attrs")
    broken.write_text("")

    assert mend(tmp_path, "dev")
    assert not broken.exists()
    assert checkpoint.read_text() == WHOLE
