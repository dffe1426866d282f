"""Whoever Alertmanager tells: Slack, PagerDuty, webhooks, a dead man's switch.

Each takes everything, and keeps it, so that somebody can look at what would have arrived.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call

FILE = "told.jsonl"
"""In the folder of the outside world: what was told, a JSON object a line."""


@dataclass(frozen=True)
class Told:
    """One message."""

    at: str
    """When it arrived (ISO 8601, UTC)."""
    host: str
    path: str
    message: Any
    """As JSON; text where it is none."""

    @property
    def seconds(self) -> float:
        """When it arrived, since the epoch."""
        return datetime.fromisoformat(self.at).timestamp()


def serve(folder: Path) -> int:
    """Take messages on 127.0.0.1 in the background, by plain HTTP, and return the port."""
    writing = threading.Lock()

    def take(call: Call) -> Answer:
        try:
            message = call.json
        except ValueError:
            message = call.body.decode("utf-8", "replace")
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        told = Told(at, call.headers.get("Host", ""), call.path, message)
        with writing, (folder / FILE).open("a") as file:
            file.write(json.dumps(asdict(told)) + "\n")
        # PagerDuty answers so; Slack, in one word, that all is well.
        return Answer.of({"status": "success"}, 202) if "/v2/enqueue" in call.path else Answer(content=b"ok")

    return http_service.serve(take, "receivers").port


def told(folder: Path) -> Iterator[Told]:
    """Every message so far, in the order of arrival."""
    file = folder / FILE
    for line in file.read_text().splitlines() if file.exists() else ():
        yield Told(**json.loads(line))
