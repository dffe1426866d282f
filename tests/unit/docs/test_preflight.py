"""The page of upgrades has every kind of row of `network preflight`."""

from network.live import account
from network.preflight import CHECKS, table_of_codes
from tests.stacks import ROOT

PAGE = (ROOT / "docs/tasks/upgrade.md").read_text()


def test_the_page_has_the_table_of_codes_as_the_command_prints_it() -> None:
    printed = table_of_codes()
    assert printed in PAGE, "write what `network preflight --codes` prints below its codes"
    assert all(f"| `{check.code}` |" in printed for check in CHECKS)


def test_the_page_names_every_scope_that_is_needed() -> None:
    for path in ("/v2/account", "/v2/droplets", "/v2/kubernetes/clusters"):
        assert f"`{account.scope(path)}`" in PAGE
