"""Every block of commands is run by a test, or says why not; what needs nothing is run here."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app, exits
from tests.stacks import ROOT
from tests.unit.docs.blocks import NOT_RUN, SHELL, Block, blocks

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCKS = [block for page in PAGES for block in blocks(page)]
COMMANDS = [block for block in BLOCKS if block.language in SHELL]
HERE = Path(__file__).relative_to(ROOT).as_posix()
_COMMAND = re.compile(r"^\s*(?:\$ )?(?:make|network|\.venv/bin/\w+|pulumi|kubectl|doctl|curl) ", re.MULTILINE)


def untold(found: list[Block]) -> list[str]:
    """Blocks of commands of which nobody says who runs them."""
    return [str(block) for block in found if block.run_by is None and block.not_run not in NOT_RUN]


def test_every_block_of_commands_is_run_or_says_why_not() -> None:
    assert len(COMMANDS) > 40
    assert untold(COMMANDS) == []


def test_every_reason_is_needed() -> None:
    assert {block.not_run for block in COMMANDS} - {None} == set(NOT_RUN)


def test_no_block_of_another_language_hides_commands() -> None:
    others = [block for block in BLOCKS if block.language == ""]
    assert [str(block) for block in others if _COMMAND.search(block.text)] == []


@pytest.mark.parametrize("block", [block for block in COMMANDS if block.run_by], ids=str)
def test_who_runs_a_block_reads_its_page(block: Block) -> None:
    assert block.run_by is not None
    source = (ROOT / block.run_by).read_text()
    imported = re.findall(r"^from (tests\.\w+\.\w+) import", source, re.MULTILINE)
    helpers = (ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text() for module in imported)
    assert block.run_by == HERE or any(block.page.name in each for each in (source, *helpers))


@pytest.mark.parametrize("block", [block for block in COMMANDS if block.run_by == HERE], ids=str)
def test_commands_that_need_nothing_do_what_they_say(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for line in block.text.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program.removeprefix(".venv/bin/") == "network"
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code in (0, exits.REFUSED), done.output
        assert done.output.strip()


def test_a_block_of_which_nothing_is_said_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh\nmake up\n```\n\n<!-- not run: no time -->\n```console\n$ make up\n```\n")
    assert untold(list(blocks(page))) == ["page.md:1", "page.md:6"]


def test_what_is_said_of_a_block_is_read(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- run by tests/lab/test_first_hour.py, which expects it to fail -->\n```sh\nmake doctor\n```\n"
        "1. One\n   <!-- not run: runs every test -->\n   ```sh\n   make test\n   ```\n"
    )
    first, second = blocks(page)
    assert (first.run_by, first.fails, first.text) == ("tests/lab/test_first_hour.py", True, "make doctor")
    assert (second.not_run, second.text) == ("runs every test", "make test")
