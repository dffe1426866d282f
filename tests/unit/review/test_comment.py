"""The comment is short enough, in order, and nothing from a file can act in it."""

import re

from network.review.comment import LIMIT, MARKER, Comment
from network.review.compare import StackReview, compare
from network.review.kinds import CLOUD_UPDATED, INVALID, Finding
from network.review.markdown import code, codes
from network.review.sections import Section
from tests.unit.review.documents import document


def comment(*reviews: StackReview) -> Comment:
    return Comment("main", "feature", reviews, decision="")


def test_details_are_left_out_from_the_least_dangerous_on_until_it_fits() -> None:
    long = "| a |\n" * 8_000
    review = StackReview(
        "dev",
        (
            Section("Dangerous", (Finding(INVALID, "bad"),), "| worst |\n"),
            Section("Harmless", (Finding(CLOUD_UPDATED, "fine"),), long),
            Section("Harmless too", (), long),
        ),
    )

    text = comment(review).text()

    assert len(text) <= LIMIT
    assert "| worst |" in text
    assert "Details left out" in text
    assert "*Details left out, since GitHub takes 65,536 characters: Harmless. " in text


def test_a_comment_that_is_too_long_without_details_says_where_it_ends() -> None:
    reviews = [
        StackReview(f"stack-{number}", (Section("S", (Finding(INVALID, "x" * 700),) * 25),))
        for number in range(10)
    ]

    text = comment(*reviews).text()

    assert len(text) <= LIMIT
    assert "Cut here" in text.splitlines()[-1]


def test_the_most_dangerous_stack_and_findings_come_first() -> None:
    fine = StackReview("a", (Section("S", (Finding(CLOUD_UPDATED, "fine"),)),))
    bad = StackReview("b", (Section("S", (Finding(CLOUD_UPDATED, "meh"), Finding(INVALID, "bad"))),))

    text = comment(fine, bad).text()

    assert text.startswith(MARKER)
    assert text.index("bad") < text.index("meh") < text.index("fine")


def test_nothing_from_a_file_leaves_its_code_span() -> None:
    value = "`</summary> @webgrip/admins ![x](https://example.org) \n\n # heading | `"
    shown = code(value)
    assert shown.count("`") == 2
    assert "\n" not in shown
    assert len(code("x" * 10_000)) < 200


def test_long_lists_are_counted() -> None:
    assert codes(["a", "b", "c"], 2) == "`a`, `b` and 1 more"


def test_a_change_of_a_stranger_is_only_ever_quoted() -> None:
    evil = "`@webgrip/admins <img src=x>`"
    old, new = document("prod"), document("prod")
    for flow in new["flows"]:
        flow["name"] += evil
        flow["reason"] = evil
        flow["ports"] = [{"port": 1, "protocol": evil}]
    for each in new["objects"]:
        if each["kind"] in ("IngressRoute", "Certificate", "Middleware"):
            each["metadata"]["name"] += evil
    new["config"]["environment"]["name"] = evil

    text = comment(compare("prod", old, new)).text()

    outside = re.sub(r"`[^`\n]*`", "", text)
    assert "admins" in text
    assert "@webgrip" not in outside
    assert "<img" not in outside
