"""Each invalid stack file is refused with exactly the problems that it has."""

import pytest

from network.config.errors import ConfigError, Problem
from network.config.load import load
from tests.unit.config.corpus import Case, corpus


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case.name)
def test_an_invalid_stack_is_refused_with_each_of_its_problems(case: Case) -> None:
    with pytest.raises(ConfigError) as refused:
        load(case.raw)

    found: dict[str, list[Problem]] = {}
    for problem in refused.value.problems:
        found.setdefault(problem.path, []).append(problem)
    assert found.keys() == case.expected.keys()
    for path, says in case.expected.items():
        assert len(found[path]) == len(says)
        for problem, text in zip(found[path], says, strict=True):
            rule, _, fix = text.partition(" | ")
            assert rule in problem.rule
            assert fix in problem.fix
            assert problem.fix
            assert problem.value
