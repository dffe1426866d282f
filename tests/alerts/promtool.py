"""Prometheus' own tool, which evaluates rules over series that are made up."""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.parts import provide
from network.plan.model.rules import RuleGroup
from network.plan.observability.rule_file import groups
from tests import libyaml


@dataclass(frozen=True)
class Expected:
    """What an expression gives at a time."""

    expr: str
    at: str
    samples: Mapping[str, float]
    """Value by series, as PromQL writes it."""


@dataclass(frozen=True)
class Scenario:
    """Series from the beginning of time on, and what is expected of them."""

    name: str
    series: Mapping[str, str]
    """Values in promtool's notation by series."""
    expected: Sequence[Expected] = field(default_factory=tuple[Expected, ...])


INTERVAL = "1m"
"""Between two values of a series, and two evaluations."""


class Promtool:
    """The program, and a folder for what it reads."""

    def __init__(self, folder: Path) -> None:
        self._program = provide.ensure("promtool")["promtool"] / "promtool"
        self._folder = folder

    def check(self, rules: Iterable[RuleGroup]) -> None:
        """Fail with what it finds wrong with the rules."""
        _succeed([self._program, "check", "rules", "--lint=all", "--lint-fatal", self._rules(groups(rules))])

    def test(
        self,
        rules: Sequence[RuleGroup] | Mapping[str, Any],
        scenarios: Sequence[Scenario],
        evaluation: str = INTERVAL,
    ) -> None:
        """Fail with what is not as expected, of rules as planned or as a document."""
        document = groups(rules) if isinstance(rules, Sequence) else rules
        file = self._folder / "test.yaml"
        file.write_text(
            libyaml.dump(
                {
                    "rule_files": [str(self._rules(document))],
                    "evaluation_interval": evaluation,
                    "tests": [_test(scenario) for scenario in scenarios],
                }
            )
        )
        _succeed([self._program, "test", "rules", file])

    def _rules(self, document: Mapping[str, Any]) -> Path:
        file = self._folder / "rules.yaml"
        file.write_text(libyaml.dump(dict(document)))
        return file


def _test(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "interval": INTERVAL,
        "input_series": [{"series": name, "values": values} for name, values in scenario.series.items()],
        "promql_expr_test": [
            {
                "expr": each.expr,
                "eval_time": each.at,
                "exp_samples": [{"labels": name, "value": value} for name, value in each.samples.items()],
            }
            for each in scenario.expected
        ],
    }


def _succeed(command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
