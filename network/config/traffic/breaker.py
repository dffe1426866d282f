"""Conditions of circuit breakers, read as Traefik 3.7 reads them (TRF-3).

Traefik refuses a middleware whose expression it cannot read, and with it every route that uses it.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

from network.config.model import refusal
from network.config.nearest import did_you_mean

_FUNCTIONS = ("NetworkErrorRatio", "ResponseCodeRatio", "LatencyAtQuantileMS")
"""Those of the pinned Traefik; documents of others speak of a RequestThreshold too."""
_TOKEN = re.compile(r"\s*(\|\||&&|[<>=!]=|[<>()!,]|[0-9]*\.[0-9]+|[0-9]+\.?|[A-Za-z]\w*)")
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def _breaks(expression: str) -> str:
    _Reader(expression).read()
    return expression


Condition = Annotated[str, AfterValidator(_breaks)]
"""When a circuit breaker opens, such as `ResponseCodeRatio(500, 600, 0, 600) > 0.30`."""


class _Reader:
    """Reads comparisons joined by && and ||, from left to right."""

    def __init__(self, expression: str) -> None:
        self._tokens: list[str] = []
        position = 0
        text = expression.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None:
                raise refusal(
                    f"Traefik cannot read the expression at `{text[position:].strip()[:20]}`",
                    "write it like `NetworkErrorRatio() > 0.30 || LatencyAtQuantileMS(50.0) > 100`",
                )
            self._tokens.append(found[1])
            position = found.end()

    def read(self) -> None:
        """Raise a refusal at the first thing that Traefik does not read, or that never changes."""
        self._joined()
        if self._tokens:
            raise refusal(
                f"Traefik cannot read the expression from `{self._tokens[0]}` on",
                "join comparisons with && or ||",
            )

    def _joined(self) -> None:
        self._one()
        while self._tokens and self._tokens[0] in ("&&", "||"):
            self._next()
            self._one()

    def _one(self) -> None:
        if self._tokens and self._tokens[0] == "(":
            self._next()
            self._joined()
            self._expect(")")
        else:
            self._comparison()

    def _comparison(self) -> None:
        name = self._next()
        if name == "RequestThreshold":
            raise refusal(
                "the pinned Traefik has no RequestThreshold yet",
                "leave it out; NetworkErrorRatio, ResponseCodeRatio and LatencyAtQuantileMS it has",
            )
        if name not in _FUNCTIONS:
            raise refusal(
                f"a comparison starts with a function of Traefik's, not with `{name}`",
                did_you_mean(name, _FUNCTIONS),
            )
        arguments = self._arguments()
        comparison = self._next()
        if comparison not in _COMPARISONS:
            raise refusal(
                f"{name} must be compared with a number, not followed by `{comparison}`",
                f"write it like `{name}(…) > …`; comparisons are {', '.join(_COMPARISONS)}",
            )
        bound = self._next()
        if name == "ResponseCodeRatio":
            self._codes(arguments)
        elif name == "LatencyAtQuantileMS":
            self._quantile(arguments)
        elif arguments:
            raise refusal("NetworkErrorRatio takes no argument", "write `NetworkErrorRatio()`")
        self._bound(name, comparison, bound)

    def _arguments(self) -> list[str]:
        self._expect("(")
        arguments: list[str] = []
        while self._tokens and self._tokens[0] != ")":
            arguments.append(self._next())
            if self._tokens and self._tokens[0] == ",":
                self._next()
        self._expect(")")
        return arguments

    def _codes(self, arguments: list[str]) -> None:
        codes = [int(code) for code in arguments if code.isdigit()]
        if len(arguments) != 4 or len(codes) != 4 or codes[0] >= codes[1] or codes[2] >= codes[3]:
            raise refusal(
                "ResponseCodeRatio takes four codes: from, to (exclusive), and the same of all that count",
                "write `ResponseCodeRatio(500, 600, 0, 600)` for the share of 5xx",
            )

    def _quantile(self, arguments: list[str]) -> None:
        if len(arguments) != 1 or "." not in arguments[0] or not 0 < float(arguments[0]) <= 100:
            raise refusal(
                "LatencyAtQuantileMS takes a quantile from 0.0 to 100.0, with its decimal point",
                "write `LatencyAtQuantileMS(50.0)` for the median",
            )

    def _bound(self, name: str, comparison: str, bound: str) -> None:
        if name == "LatencyAtQuantileMS":
            if not bound.isdigit():
                raise refusal("a latency is a whole number of milliseconds", "write it like `> 100`")
            return
        if not re.fullmatch(r"[0-9]*\.[0-9]*", bound):
            raise refusal(
                "Traefik reads a ratio only with its decimal point", "write it like `> 0.30`, or `1.0`"
            )
        ratio = float(bound)
        never = ratio > 1 or (ratio == 1 and comparison == ">")
        if comparison in (">", ">=") and (never or (ratio == 0 and comparison == ">=")):
            raise refusal(
                "ratios are 0.0 to 1.0, so this " + ("never" if never else "always") + " opens the circuit",
                "compare with a share such as `> 0.30`",
            )

    def _expect(self, token: str) -> None:
        found = self._next()
        if found != token:
            raise refusal(f"the expression has `{found}` where `{token}` belongs", "put it right")

    def _next(self) -> str:
        if not self._tokens:
            raise refusal("the expression ends too early", "complete it")
        return self._tokens.pop(0)
