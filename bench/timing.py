"""Times two commands in turn, so that whatever else the machine does meets both."""

import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True)
class Command:
    """A process to time, from its start to its end."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


class Cost(NamedTuple):
    """What one run took, in seconds."""

    wall: float
    processor: float
    """Of all its processes; load on the machine changes it little."""


@dataclass(frozen=True)
class Comparison:
    """Costs of both commands, round by round."""

    platform: Sequence[Cost]
    bare: Sequence[Cost]

    def __str__(self) -> str:
        return "  ".join(self._columns(index) for index in range(len(Cost._fields)))

    def _columns(self, index: int) -> str:
        """Return medians, and the median of the rounds' ratios."""
        platform = [cost[index] for cost in self.platform]
        bare = [cost[index] for cost in self.bare]
        ratio = statistics.median(a / b for a, b in zip(platform, bare, strict=True))
        return f"{statistics.median(platform):8.2f} {statistics.median(bare):8.2f} {ratio:6.2f}"


TITLES = "  ".join(f"{name:>8} {'bare':>8} {'ratio':>6}" for name in Cost._fields)
"""Of the columns of a comparison."""


def compare(platform: Command, bare: Command, rounds: int) -> Comparison:
    """Run both `rounds` times, after one round that warms caches and does not count."""
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    for count in range(rounds + 1):
        # Whoever goes first alternates: a second run finds warmer caches.
        order = ((0, platform), (1, bare)) if count % 2 else ((1, bare), (0, platform))
        for which, command in order:
            cost = _cost(command)
            if count > 0:
                costs[which].append(cost)
    return Comparison(*costs)


def _cost(command: Command) -> Cost:
    """Run a command. Raises RuntimeError with its output if it fails."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        env=command.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - started
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command.arguments)} failed:\n{done.stdout}{done.stderr}")
    return Cost(wall, now.ru_utime - used.ru_utime + now.ru_stime - used.ru_stime)
