"""Problems of a stack configuration, as users read them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from network.config.model import Location

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_VALUE = 80


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
        return "network:" + path_of(self.location)

    def __str__(self) -> str:
        return f"{self.path}: {self.value}\n  rule: {self.rule}\n  fix:  {self.fix}"


class ConfigError(Exception):
    """The configuration is refused; holds every problem found, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n\n".join([f"The stack configuration has {count}:", *map(str, problems)]))


def path_of(location: Location) -> str:
    """Return `a.b[0]["c.d"]` for the location."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            path += f".{step}" if path else step
        else:
            path += f"[{json.dumps(step)}]"
    return path


def shown(value: object) -> str:
    """Return the value in JSON, cut to what fits on a line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
