"""A running lab's VictoriaLogs, asked as people ask it."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from lab.toolbox.waiting import patiently
from tests.lab.forwarded import forwarded
from tests.lab.platform import Platform


@dataclass(frozen=True)
class LogStore:
    """Its HTTP API."""

    url: str

    def text(self, query: str) -> str:
        """What it answers to a query: each line with all its fields, as JSON."""

        def ask() -> str:
            asked = urlencode({"query": query})
            with urlopen(f"{self.url}/select/logsql/query?{asked}", timeout=60) as answer:
                return answer.read().decode()

        return patiently(ask, OSError, seconds=60)

    def lines(self, query: str) -> list[dict[str, Any]]:
        """The same, read."""
        return [json.loads(line) for line in self.text(query).splitlines()]


@contextmanager
def viewed(platform: Platform) -> Generator[LogStore]:
    """VictoriaLogs on a local port, as `make view-logs` opens it."""
    with forwarded(platform, "logs") as url:
        yield LogStore(url)
