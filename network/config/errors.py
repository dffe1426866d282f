"""Problems of a stack configuration, as users read them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from network.config.model import Location

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
MOST_SHOWN = 100
"""Problems that are shown: nobody reads more, and most of so many have one cause."""
_LONGEST_VALUE = 80
_JOINS = "\u200d"
"""Stands between the parts of an emoji."""


@dataclass(frozen=True)
class Problem:
    """One broken rule: where, which value, which rule, and how to satisfy it."""

    location: Location
    """Keys below `network:` as in YAML, and indexes of lists."""
    value: str
    """The value as YAML would hold it; `absent`, or `[secret]`."""
    rule: str
    fix: str

    @property
    def path(self) -> str:
        """The location in the notation of `pulumi config set --path`."""
        return config_path(self.location)

    def __str__(self) -> str:
        return f"{self.path}: {self.value}\n  rule: {self.rule}\n  fix:  {self.fix}"


class ConfigError(Exception):
    """The configuration is refused; holds every problem found, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        shown = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        more = [further(len(self.problems), "problem")] if len(self.problems) > MOST_SHOWN else []
        super().__init__("\n\n".join([f"The stack configuration has {count}:", *shown, *more]))


def further(count: int, kind: str) -> str:
    """Return what stands in place of those that are not shown."""
    return f"… and {count - MOST_SHOWN} more {kind}s: mend these, and check again"


def config_path(location: Location) -> str:
    """Return the location as Pulumi names it: this project's with `network:`, others with their own."""
    namespace, colon, key = str(location[0]).rpartition(":")
    return f"{namespace}{colon or 'network:'}{path_of((key, *location[1:]))}"


def path_of(location: Location) -> str:
    """Return `a.b[0]["c.d"]` for the location."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            path += f".{step}" if path else step
        else:
            path += f"[{printable(json.dumps(step, ensure_ascii=False))}]"
    return path


def shown(value: object) -> str:
    """Return the value in JSON, cut to what fits on a line."""
    text = printable(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def printable(text: str) -> str:
    """Return the text with an escape for each character that nobody sees or that moves others about."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in _JOINS else json.dumps(each)[1:-1] for each in text)
