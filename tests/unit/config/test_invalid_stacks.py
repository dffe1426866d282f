"""Each invalid stack file is refused with exactly the problems that it has."""

import pytest

from network.config.errors import ConfigError, Problem
from network.config.load import check, load
from tests.unit.config.corpus import Case, case, corpus


@pytest.mark.parametrize("invalid", corpus(), ids=lambda invalid: invalid.name)
def test_an_invalid_stack_is_refused_with_each_of_its_problems(invalid: Case) -> None:
    found: dict[str, list[Problem]] = {}
    for problem in check(invalid.raw, invalid.plain).problems:
        found.setdefault(problem.path, []).append(problem)
    assert found.keys() == invalid.expected.keys()
    for path, says in invalid.expected.items():
        assert len(found[path]) == len(says)
        for problem, text in zip(found[path], says, strict=True):
            rule, _, fix = text.partition(" | ")
            assert rule in problem.rule
            assert fix in problem.fix
            assert problem.fix
            assert problem.value


def test_a_secret_that_pulumi_holds_in_plain_text_is_refused_and_not_shown() -> None:
    raw = case("dev", {}).raw

    problems = check(raw, plain=list(raw)).problems

    assert [p.path for p in problems] == ["network:dnsToken", "network:basicAuthUsers"]
    assert all(p.value == "[secret]" for p in problems)


def test_a_private_key_of_a_vpn_s_peer_is_refused_and_not_shown() -> None:
    (given,) = (each for each in corpus() if each.name == "a-vpn-s-peer-with-its-private-key")
    problems = check(given.raw).problems
    assert [problem.value for problem in problems] == ["[secret]", "[secret]"]
    assert "9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=" not in "".join(map(str, problems))


def test_no_problem_shows_a_secret() -> None:
    secret = "not bcrypt, and not to be shown"
    patch = {"set": {"network:basicAuthUsers": {"admins": secret}, "network:dnsToken": secret}}

    with pytest.raises(ConfigError) as refused:
        load(case("secret", patch).raw)

    assert len(refused.value.problems) == 2
    assert secret not in str(refused.value)
