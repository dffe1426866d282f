"""A running lab's Prometheus, asked as people ask it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import yaml

from tests.lab.forwarded import answer, forwarded
from tests.lab.platform import Platform


@dataclass(frozen=True)
class Prometheus:
    """Its HTTP API."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        """What it answers, as soon as it does."""
        return answer(f"{self.url}/api/v1/{path}", **query)["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression now."""
        return self.get("query", query=expression)["result"]

    def targets(self) -> list[dict[str, Any]]:
        """Everything that it scrapes."""
        return self.get("targets", state="active")["activeTargets"]

    def rules(self) -> list[dict[str, Any]]:
        """Every rule that it evaluates."""
        return [rule for group in self.get("rules")["groups"] for rule in group["rules"]]

    def settings(self) -> dict[str, Any]:
        """What its configuration says of all scrapes and rules."""
        return yaml.safe_load(self.get("status/config")["yaml"])["global"]


@contextmanager
def viewed(platform: Platform) -> Generator[Prometheus]:
    """Prometheus on a local port."""
    with forwarded(platform, "prometheus") as url:
        yield Prometheus(url)
