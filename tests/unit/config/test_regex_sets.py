"""What expressions fit, compared: as RE2 finds it for every short word."""

from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from network.config.regex_sets import apart, covers

WORDS = ["".join(letters) for length in range(5) for letters in product("abc/. ", repeat=length)]
"""Every text of up to four of six characters: each that a piece names, and one for each class of others."""

pieces = st.sampled_from(
    [
        "a",
        "b",
        "/",
        r"\.",
        ".",
        "[ab]",
        "[^/]",
        "[^a]",
        "[a-b/]",
        r"\w",
        r"\W",
        r"[\w/]",
        r"\s",
        "^",
        "$",
        r"\z",
    ]
)
counts = st.sampled_from(["", "", "", "*", "+", "?", "*?", "{2}", "{1,2}", "{0,}"])
regexes = st.recursive(
    st.builds(str.__add__, pieces, counts),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.builds("({}|{}){}".format, inner, inner, counts)
        | st.builds("(?:{}){}".format, inner, counts)
    ),
    max_leaves=5,
)


def fitting(regex: str, words: Iterable[str]) -> list[str]:
    """Return the words in which RE2 finds the expression: as a set of one, which says nothing of where it is
    found, and so answers in a sixth of the time."""
    alone: Any = re2.Set.SearchSet()
    alone.Add(regex)
    alone.Compile()
    return [word for word in words if alone.Match(word)]


@settings(max_examples=500, deadline=None)
@given(regexes, regexes, st.sampled_from(["", "/", "/a"]))
def test_what_is_decided_holds_for_every_short_word(one: str, other: str, beginning: str) -> None:
    narrow = fitting(other, [word for word in WORDS if word.startswith(beginning)])
    shared = fitting(one, narrow)

    if covers(one, other, beginning):
        assert shared == narrow
    if apart(one, other, beginning):
        assert not shared
    assert covers(other, other, beginning)
    assert covers(f"({one}|{other})", other, beginning)


@settings(max_examples=500, deadline=None)
@given(st.builds(str.__add__, pieces, pieces), st.builds(str.__add__, pieces, counts))
def test_what_short_expressions_do_not_share_is_shown_by_a_short_word(one: str, other: str) -> None:
    # A character of Unicode stands for those that no piece names.
    narrow = fitting(other, [*WORDS, "é", "é/", "aé", "éa", "éé", "a é", "/é"])
    shared = fitting(one, narrow)

    if not covers(one, other):
        assert shared != narrow
    if not apart(one, other):
        assert shared


@pytest.mark.parametrize(
    ("wide", "narrow", "decided"),
    [
        ("^/api/", r"^/api/v[0-9]+/", True),
        ("^/[^/]+$", "^/(nl|en)$", True),
        ("^/(nl|en)(/.*)?$", "^/nl/[a-z]{1,20}$", True),
        (r"\.(js|css)$", r"^/static/[^/]+\.js$", True),
        ("^/a", "^/(a|b)", False),
        ("^/[a-z]+$", "^/[a-z0-9]+$", False),
        ("^/.*$", "^/[^a]$", True),
        ("^/[^ab]", "^/[^a]", False),
        ("^/[^a]", "^/[^ab]", True),
        ("(?i)^/A", "^/a", None),
        (r"^/\pL", "^/a", None),
        ("^/a", r"\ba", None),
        ("a.{12}$", "a[ab]{12}$", None),
        ("^/(a{100}){30}", "^/a", None),
    ],
)
def test_what_routes_hold_is_decided_and_the_rest_is_said_to_be_undecided(
    wide: str, narrow: str, decided: bool | None
) -> None:
    assert covers(wide, narrow, "/") is decided
