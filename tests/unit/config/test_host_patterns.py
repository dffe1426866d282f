"""Hosts of routes as sets of names, and which of them goes first."""

import pytest

from network.config.applications import Route
from network.config.applications.host_patterns import covered, covers, fits, overlap
from network.config.applications.matching import priority, rule

TENANTS = "*.tenants.example.org"
TRIALS = r"^trial-[0-9]+\.tenants\.example\.org$"
ACME = "acme.tenants.example.org"


@pytest.mark.parametrize(
    ("host", "name", "expected"),
    [
        (ACME, ACME, True),
        (TENANTS, ACME, True),
        (TENANTS, "a.acme.tenants.example.org", False),
        (TENANTS, "tenants.example.org", False),
        (TRIALS, "trial-7.tenants.example.org", True),
        (TRIALS, "trial-7.tenants.example.org.evil.com", False),
        (TRIALS, ACME, False),
    ],
)
def test_a_host_is_of_the_names_that_it_fits(host: str, name: str, expected: bool) -> None:
    assert fits(host, name) is expected
    assert overlap(host, name) is expected
    assert covers(host, name) is expected


def test_patterns_are_compared_as_sets() -> None:
    assert overlap(TENANTS, TRIALS)
    assert covers(TENANTS, TRIALS)
    assert not covers(TRIALS, TENANTS)
    assert not overlap(TENANTS, "*.example.org")
    assert not overlap(TRIALS, r"^demo-[0-9]+\.tenants\.example\.org$")
    assert covers(TRIALS, r"^trial-(1|2)\.tenants\.example\.org$")


def test_several_names_together_may_cover_an_expression() -> None:
    assert covered([TENANTS], TRIALS) is True
    assert covered(["a.example.org", "b.example.org"], r"^[ab]\.example\.org$") is True
    assert covered(["a.example.org"], r"^[ab]\.example\.org$") is False
    assert covered([TENANTS], r"^.*\.tenants\.example\.org$") is False
    assert covered([TENANTS], r"^\btrial\.tenants\.example\.org$") is None
    assert covered([], TRIALS) is False


def test_names_go_before_expressions_and_those_before_wildcards_however_long_their_rules() -> None:
    named = Route(host=ACME, workload="web", port="http")
    many = Route(host=TENANTS, workload="web", port="http", path_prefix="/a/long/way/down/the/tree")
    some = Route(host_regexp=TRIALS, workload="web", port="http")
    assert priority(ACME, named) > priority(TRIALS, some) > priority(TENANTS, many)
    assert len(rule(TENANTS, many)) > len(rule(ACME, named)) == priority(ACME, named)
    longer = Route(host=TENANTS, workload="web", port="http", path_prefix="/a")
    assert priority(TENANTS, many) > priority(TENANTS, longer)


def test_a_priority_that_is_given_counts() -> None:
    chosen = Route(host=TENANTS, workload="web", port="http", priority=7)
    assert priority(TENANTS, chosen) == 7


def test_traefik_is_told_names_and_wildcards_as_hosts_and_expressions_as_such() -> None:
    both = Route(host=TENANTS, host_regexp=TRIALS, workload="web", port="http")
    assert [rule(host, both) for host in both.all_hosts] == [f"Host(`{TENANTS}`)", f"HostRegexp(`{TRIALS}`)"]
