"""What is a count in an expression of Go's, and what only looks like one."""

import pytest
from pydantic import TypeAdapter, ValidationError

from network.config.go_regex import GoRegex

EXPRESSION: TypeAdapter[str] = TypeAdapter(GoRegex)


@pytest.mark.parametrize(
    "regex", [r"^/\x{20000}", r"^/[\x{10000}-\x{10400}]", r"^/\Qa{20000}\E", r"^/\P{Greek}{2}"]
)
def test_a_character_by_its_number_is_no_count(regex: str) -> None:
    assert EXPRESSION.validate_python(regex) == regex


@pytest.mark.parametrize("regex", [r"^/\x{20000}{20000}", r"^/a{20000}"])
def test_a_count_behind_one_is_still_a_count(regex: str) -> None:
    with pytest.raises(ValidationError, match="at most 1000"):
        EXPRESSION.validate_python(regex)
