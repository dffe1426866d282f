"""Times two commands in turn, so that whatever else the machine does meets both."""

import resource
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A process to time, from its start to its end."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Comparison:
    """Seconds of processor time of both commands, round by round."""

    platform: Sequence[float]
    bare: Sequence[float]

    @property
    def ratio(self) -> float:
        """Median of the rounds' ratios."""
        return statistics.median(a / b for a, b in zip(self.platform, self.bare, strict=True))

    def __str__(self) -> str:
        return (
            f"{statistics.median(self.platform):9.2f} s {statistics.median(self.bare):9.2f} s"
            f" {self.ratio:7.3f}"
        )


def compare(platform: Command, bare: Command, rounds: int) -> Comparison:
    """Time both `rounds` times, after one round that warms caches and does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for count in range(rounds + 1):
        # Whoever goes first alternates: a second run finds warmer caches.
        order = ((0, platform), (1, bare)) if count % 2 else ((1, bare), (0, platform))
        for which, command in order:
            seconds = _seconds(command)
            if count > 0:
                times[which].append(seconds)
    return Comparison(*times)


def _seconds(command: Command) -> float:
    """Return the processor time of a command and its children, which load beside it changes little.

    Raises RuntimeError with its output if it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        env=command.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command.arguments)} failed:\n{done.stdout}{done.stderr}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
