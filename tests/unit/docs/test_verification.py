"""What is written of `network verify`: every kind of row, every scope."""

from typer.testing import CliRunner

from network.cli import app
from network.live import account
from network.verification import CHECKS, table_of_codes
from network.verification import reading as sources
from tests.stacks import ROOT

PAGE = (ROOT / "docs/verification.md").read_text()
CODES = (ROOT / "docs/reference/checks.md").read_text()


def test_the_reference_has_the_table_of_codes_as_the_command_prints_it() -> None:
    printed = CliRunner().invoke(app, ["verify", "--codes"]).output.strip()
    assert printed == table_of_codes()
    assert printed in CODES, "run `make generate`"
    assert all(f"| `{check.code}` |" in printed for check in CHECKS)


def test_the_page_names_every_scope_that_is_needed() -> None:
    calls = [each for each in vars(sources).values() if isinstance(each, str) and each.startswith("GET ")]
    assert len(calls) > 5
    for call in calls:
        assert f"`{account.scope(call.removeprefix('GET '))}`" in PAGE
