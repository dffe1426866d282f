"""The stack files that documents show are valid, over the dev stack's."""

import json
import re
from pathlib import Path

import pytest

from network.config.global_entry.load import check as check_entry
from network.config.load import check
from tests import global_stacks, libyaml, stacks

BLOCK = re.compile(r"^```yaml\n(network:.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    (page, text)
    for page in sorted((stacks.ROOT / "docs").rglob("*.md"))
    for text in BLOCK.findall(page.read_text())
]


def test_documents_show_examples() -> None:
    assert "applications.md" in {page.name for page, _ in EXAMPLES}


def test_the_example_of_a_global_load_balancer_is_valid() -> None:
    text = (stacks.ROOT / "docs" / "global.md").read_text()
    (config,) = re.findall(r"^```yaml\n(config:\n  network:global:.*?)^```", text, re.MULTILINE | re.DOTALL)
    entry = libyaml.load(config)["config"]["network:global"]
    assert check_entry({"network:global": json.dumps(entry)}, global_stacks.stacks()).problems == ()


@pytest.mark.parametrize(("page", "text"), EXAMPLES, ids=[page.name for page, _ in EXAMPLES])
def test_an_example_is_valid(page: Path, text: str) -> None:
    problems = check(stacks.config_map("dev", libyaml.load(text))).problems
    assert [(page.name, str(problem)) for problem in problems] == []
