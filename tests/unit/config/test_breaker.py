"""Expressions of circuit breakers: what Traefik reads is accepted."""

import pytest
from pydantic import TypeAdapter

from network.config.traffic.breaker import Condition

READ = TypeAdapter(Condition)


@pytest.mark.parametrize(
    "expression",
    [
        "NetworkErrorRatio() > 0.30",
        "NetworkErrorRatio()>.3",
        "NetworkErrorRatio() >= 1.0",
        "NetworkErrorRatio() != 0.0",
        "ResponseCodeRatio(500, 600, 0, 600) > 0.25",
        "ResponseCodeRatio(500,600,0,600) > 0.25",
        "LatencyAtQuantileMS(99.9) > 1000",
        "ResponseCodeRatio(500, 600, 0, 600) > 0.30 || NetworkErrorRatio() > 0.10",
        "(NetworkErrorRatio() > 0.1 && LatencyAtQuantileMS(50.0) > 9) || ((NetworkErrorRatio() == 1.0))",
    ],
)
def test_an_expression_of_traefiks_is_accepted(expression: str) -> None:
    assert READ.validate_python(expression) == expression
