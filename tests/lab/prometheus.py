"""A running lab's Prometheus, asked as people ask it: by a port-forward, the only way in."""

import json
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from lab.toolbox.waiting import patiently
from tests.lab.platform import Platform


@dataclass(frozen=True)
class Prometheus:
    """Its HTTP API."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        """What it answers, as soon as it does."""

        def ask() -> Any:
            with urlopen(f"{self.url}/api/v1/{path}?{urlencode(query)}", timeout=10) as answer:
                return json.load(answer)["data"]

        return patiently(ask, OSError, seconds=60)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression now."""
        return self.get("query", query=expression)["result"]

    def targets(self) -> list[dict[str, Any]]:
        """Everything that it scrapes."""
        return self.get("targets", state="active")["activeTargets"]

    def rules(self) -> list[dict[str, Any]]:
        """Every rule that it evaluates."""
        return [rule for group in self.get("rules")["groups"] for rule in group["rules"]]


@contextmanager
def viewed(platform: Platform) -> Generator[Prometheus]:
    """Prometheus on a local port, as `make view-prometheus` opens it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    forwarding = platform.start("view", "prometheus", f"--port={port}")
    try:
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        forwarding.terminate()
        forwarding.wait(30)
