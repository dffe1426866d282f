"""How problems read."""

import json

import pytest

from network.config.errors import ConfigError, Problem, path_of, shown
from network.config.load import check
from tests.unit.config.corpus import case


def test_a_problem_says_where_what_which_rule_and_how_to_fix_it() -> None:
    problem = Problem(("cluster", "nodePools", "default", "count"), "0", "at least 1", "set 1")

    assert str(problem) == ("network:cluster.nodePools.default.count: 0\n  rule: at least 1\n  fix:  set 1")


def test_the_error_counts_its_problems_and_holds_them_all() -> None:
    one = Problem(("cluster",), "absent", "required", "add it")

    assert "has 1 problem:" in str(ConfigError([one]))
    assert str(ConfigError([one, one])).count("rule: required") == 2


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("a", "b"), "a.b"),
        (("a", 0, "b"), "a[0].b"),
        (("labels", "app.kubernetes.io/name"), 'labels["app.kubernetes.io/name"]'),
    ],
)
def test_a_path_is_in_the_notation_of_pulumi(location: tuple[str | int, ...], path: str) -> None:
    assert path_of(location) == path


def test_a_huge_value_is_cut_to_a_line() -> None:
    assert len(shown("x" * 10_000)) == 80


def test_problems_stand_in_the_order_of_layers_and_in_each_as_in_the_file() -> None:
    raw = case("dev", {}).raw
    pool = {"count": 0, "size": "none", "colour": "red"}
    cluster = {**json.loads(raw["network:cluster"]), "nodePools": {"default": pool}, "ha": "no"}
    raw["network:cluster"] = json.dumps(cluster)
    raw["network:certificates"] = json.dumps({"issuer": "mine"})

    paths = [p.path.removeprefix("network:") for p in check(raw).problems]

    assert paths == [
        "cluster.ha",
        "cluster.nodePools.default.count",
        "cluster.nodePools.default.size",
        "cluster.nodePools.default.colour",
        "certificates.issuer",
        "certificates.email",
    ]


def test_keys_of_other_namespaces_are_none_of_ours() -> None:
    assert check({**case("dev", {}).raw, "digitalocean:token": "x"}).problems == ()
