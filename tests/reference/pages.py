"""The pages of the documentation that follow from the code alone."""

from collections.abc import Callable, Mapping

from tests import runbooks
from tests.reference import alerts, checks, commands, decisions, refusals, review, stack_file
from tests.stacks import ROOT

FOLDER = ROOT / "docs/reference"
WRITTEN = "<!-- Written by `make generate`; do not edit. -->\n\n"

PAGES: Mapping[str, Callable[[], str]] = {
    "docs/reference/stack-file.md": stack_file.page,
    "docs/reference/refusals.md": refusals.page,
    "docs/reference/commands.md": commands.page,
    "docs/reference/alerts.md": lambda: alerts.page(runbooks.alerts()),
    "docs/reference/checks.md": checks.page,
    "docs/reference/review.md": review.page,
    "docs/decisions/README.md": decisions.page,
}


def text(name: str) -> str:
    """Return a page as it should be."""
    return WRITTEN + PAGES[name]()
