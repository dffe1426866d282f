"""Requests to what the run serves, from here: one at a time, and many while something changes."""

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from network.diagnosis.read import host as client

TOGETHER = 4
"""Requests at a time."""
PAUSE = 0.1
"""Seconds of each between two."""


def echoed(name: str, address: str) -> Any:
    """Return what the backend says of a request. Raises OSError, ValueError."""
    with client.connected_by_tls(name, address) as secure:
        connection = http.client.HTTPConnection(name)
        connection.sock = secure
        connection.request("GET", "/api", headers={"Host": name, "Connection": "close"})
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise ValueError(f"{answer.status} {answer.reason}")
        return json.loads(answer.read())


@dataclass
class Load:
    """Requests until the block ends: new connections all the time, as many clients have them."""

    host: str
    address: str
    answered: int = 0
    failures: Counter[str] = field(default_factory=Counter[str])
    """Why how many failed."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list[threading.Thread])

    def __enter__(self) -> "Load":
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(TOGETHER)]
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for each in self._threads:
            each.join(2 * client.WAIT)

    def _ask(self) -> None:
        while not self._stop.is_set():
            reply = client.get(self.host, self.address, "/")
            with self._lock:
                if reply.status == http.client.OK:
                    self.answered += 1
                else:
                    self.failures[reply.reason or str(reply.status)] += 1
            time.sleep(PAUSE)

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return self.failures.total()

    def told(self) -> str:
        """Return what came of the requests, in words."""
        why = ", ".join(f"{count} {reason}" for reason, count in self.failures.most_common(3))
        return f"{self.answered} requests answered, {self.failed} not" + (f" ({why})" if why else "")
