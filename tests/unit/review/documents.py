"""Plan documents of the shipped stacks with something changed."""

import copy
import json
from functools import cache
from typing import Any

from network.plan import build
from network.review.compare import StackReview, compare
from network.review.document import FORMAT, Document, of_file, of_plan
from tests.stacks import stack_config, stack_file


def document(
    stack: str = "dev", over: dict[str, Any] | None = None, without: tuple[str, ...] = ()
) -> Document:
    """Return the document of a shipped stack with keys laid over it, and some of its own left out."""
    return copy.deepcopy(_document(stack, json.dumps(over or {}), without))


@cache
def _document(stack: str, over: str, without: tuple[str, ...]) -> Document:
    changed = json.loads(over)
    config = stack_config(stack, changed, without)
    file = {**stack_file(stack, without), **changed}
    given = {key.removeprefix("network:"): value for key, value in file.items()}
    return {
        "format": FORMAT,
        "stack": stack,
        "problems": [],
        **of_file(given),
        **of_plan(config, build(config)),
    }


def review(over: dict[str, Any], stack: str = "dev") -> StackReview:
    """Return the review of a shipped stack against itself with keys laid over it."""
    return compare(stack, document(stack), document(stack, over))


def kinds(found: StackReview) -> set[str]:
    """Return the names of the kinds of findings."""
    return {finding.kind.name for finding in found.findings}


def texts(found: StackReview, kind: str) -> list[str]:
    """Return what the findings of a kind say."""
    return [finding.text for finding in found.findings if finding.kind.name == kind]
