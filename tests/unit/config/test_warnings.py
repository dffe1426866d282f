"""What works but deserves a look is said, and refuses nothing."""

import pytest

from network.config.load import check
from tests.stacks import NAMES
from tests.unit.config.corpus import case
from tests.unit.config.warnings import WARNED


@pytest.mark.parametrize("name", WARNED)
def test_a_doubtful_stack_is_valid_with_a_warning(name: str) -> None:
    warned = case(name, WARNED[name])

    checked = check(warned.raw)

    assert checked.problems == ()
    for path, (text,) in warned.expected.items():
        rule, _, fix = text.partition(" | ")
        assert any(w.path == path and rule in w.rule and fix in w.fix for w in checked.warnings), [
            str(w) for w in checked.warnings
        ]


def test_both_stacks_are_shipped() -> None:
    assert NAMES == ("dev", "prod")


def test_the_production_stack_has_no_warning() -> None:
    assert check(case("prod", {"base": "prod"}).raw).warnings == ()


def test_the_owners_ranges_are_warned_of_in_the_development_stack() -> None:
    warnings = check(case("dev", {}).raw).warnings

    assert [w.path for w in warnings] == [
        "network:cluster.podRange",
        "network:cluster.serviceRange",
        "network:cluster.serviceRange",
    ]
