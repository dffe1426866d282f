"""Files that are there whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from lab.toolbox.whole_files import write_secret, write_whole


def test_a_file_is_replaced_and_nothing_else_stays(tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    write_whole(file, "earlier")
    write_whole(file, "löter")
    assert file.read_text(encoding="utf-8") == "löter"
    assert list(tmp_path.iterdir()) == [file]


def test_who_holds_the_earlier_file_open_reads_it_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "some"
    write_whole(file, b"earlier")
    with file.open("rb") as reader:
        write_whole(file, b"l")
        assert reader.read() == b"earlier"


def test_a_secret_is_never_readable_by_others_whatever_stood_there(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("for everybody")
    file.chmod(0o644)
    write_secret(file, "mine", durable=True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == "mine"


def test_another_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "some", "")
    finally:
        os.umask(before)
    assert (tmp_path / "some").stat().st_mode & 0o777 == 0o640


def test_an_interrupted_write_leaves_the_earlier_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "some"
    write_whole(file, "earlier")

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(KeyboardInterrupt):
        write_whole(file, "later")
    assert file.read_text() == "earlier"


def test_readers_beside_many_writers_see_whole_content_only(tmp_path: Path) -> None:
    file = tmp_path / "some"
    whole = {letter * 50_000 for letter in "abc"}
    write_whole(file, "a" * 50_000)
    ended = threading.Event()

    def write(content: str) -> None:
        while not ended.is_set():
            write_whole(file, content)

    writers = [threading.Thread(target=write, args=(content,)) for content in whole]
    for writer in writers:
        writer.start()
    try:
        seen = {file.read_text() for _ in range(200)}
    finally:
        ended.set()
        for writer in writers:
            writer.join()
    assert seen <= whole
