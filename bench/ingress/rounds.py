"""Measures both sides of each case in turn, round by round, and shows medians."""

import statistics
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.ingress import wrk
from bench.ingress.cases import Case, Side
from bench.ingress.dynamic import host
from bench.ingress.processes import Traefik


class Cost(NamedTuple):
    """What one side's requests cost in one round."""

    per_second: float
    p99: float
    """Seconds."""
    processor: float
    """Seconds of Traefik's processor time for a request; load on the machine changes it little."""


Rounds = Sequence[tuple[Cost, Cost]]
"""Costs of a case's base and of its side, round by round."""


def measure(
    cases: Sequence[Case], traefiks: Mapping[str, Traefik], rounds: int, seconds: int
) -> Sequence[Rounds]:
    """Return the costs of each case, after a short round that warms up and does not count.

    The rounds go over all cases, so that whatever else the machine does for a while meets all of them.
    Raises wrk.LoadError if a request is not answered as it should be.
    """
    costs: list[list[tuple[Cost, Cost]]] = [[] for _ in cases]
    for number in range(rounds + 1):
        print(f"round {number} of {rounds}" if number else "warming up", file=sys.stderr)
        for case, measured in zip(cases, costs, strict=True):
            # Whoever goes first alternates.
            order = (case.base, case.side) if number % 2 else (case.side, case.base)
            first, second = (
                _cost(case, each, traefiks[each.settings], seconds if number else 1) for each in order
            )
            if number:
                measured.append((first, second) if number % 2 else (second, first))
    return costs


def _cost(case: Case, side: Side, traefik: Traefik, seconds: int) -> Cost:
    before = traefik.seconds()
    url = f"https://localhost:{traefik.port}{case.path}"
    load = wrk.run(url, {"Host": host(side.middlewares), **case.headers}, seconds)
    return Cost(load.per_second, load.p99, (traefik.seconds() - before) / load.requests)


def show(cases: Sequence[Case], costs: Sequence[Rounds]) -> None:
    """Print a line per case, below the settings that it is compared with."""
    titles = f"{'requests/s':>10} {'ratio':>6}  {'p99 ms':>8} {'ratio':>6}  {'CPU µs':>8} {'ratio':>6}"
    for base in dict.fromkeys(case.base.settings for case in cases):
        print(f"\n{f'beside {base}':36} {titles}")
        for case, rounds in zip(cases, costs, strict=True):
            if case.base.settings == base:
                columns = (_column(rounds, *each) for each in enumerate((1, 1e3, 1e6)))
                print(f"{case.title:36} {'  '.join(columns)}")


def _column(rounds: Rounds, index: int, unit: float) -> str:
    """Return the median of the side, and the median of the rounds' ratios."""
    value = statistics.median(side[index] for _, side in rounds) * unit
    ratio = statistics.median(side[index] / base[index] for base, side in rounds)
    return f"{value:{'8.1f' if index else '10.0f'}} {ratio:6.2f}"
