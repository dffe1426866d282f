"""The stack files that documents show are valid, over the dev stack's."""

import re
from pathlib import Path

import pytest

from network.config.load import check
from tests import libyaml, stacks

BLOCK = re.compile(r"^```yaml\n(network:.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    (page, text)
    for page in sorted((stacks.ROOT / "docs").rglob("*.md"))
    for text in BLOCK.findall(page.read_text())
]


def test_documents_show_examples() -> None:
    assert "applications.md" in {page.name for page, _ in EXAMPLES}


@pytest.mark.parametrize(("page", "text"), EXAMPLES, ids=[page.name for page, _ in EXAMPLES])
def test_an_example_is_valid(page: Path, text: str) -> None:
    problems = check(stacks.config_map("dev", libyaml.load(text))).problems
    assert [(page.name, str(problem)) for problem in problems] == []
