"""The API: one call at a time is found, logged, made to fail where asked, and carried out."""

import hmac
import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

from lab.cloud import faults
from lab.cloud.backend import ClusterBackend, Report
from lab.cloud.endpoints import OPERATIONS
from lab.cloud.endpoints.request import Operation, Reply, Request
from lab.cloud.errors import ApiError, not_found
from lab.cloud.fleet import Fleet
from lab.cloud.options import options
from lab.cloud.state import Json, Store, now

_UNLOGGED = ("alerts", "notifications", "private_key")
"""Values of a body that stay out of the log: keys, and webhooks that let anybody post."""


class Call(NamedTuple):
    """A call in the log. `status` 0: the answer was lost."""

    at: str
    operation: str
    method: str
    path: str
    status: int
    body: Json


class Cloud:
    """The simulated DigitalOcean of one account, kept in `folder`. Calls may come from any thread."""

    def __init__(
        self,
        folder: Path,
        backend: ClusterBackend,
        dns: IPv4Address,
        max_real_nodes: int = 2,
        report: Report = print,
    ) -> None:
        """`dns`: the resolver of clusters; at most `max_real_nodes` of a cluster's nodes are booted."""
        self.store = Store(folder)
        self.fleet = Fleet(self.store, backend, dns, max_real_nodes, report)
        self._log = threading.Lock()
        self._routes = [(operation, _pattern(operation)) for operation in OPERATIONS]

    def accepts(self, token: str) -> bool:
        """Whether a token is one of the account's, and still valid."""
        chosen = options(self.store.folder)
        own = (self.store.account.token if chosen.token_accepted else "", chosen.second_token)
        return any(each and hmac.compare_digest(token.encode(), each.encode()) for each in own)

    def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> Reply:
        """Carry out one call and return its status and body.

        `alive` says whether the caller still waits, for calls that are made to hang. Raises ApiError, or
        ConnectionDroppedError when the answer is lost.
        """
        operation, ids = self._find(method, path)
        request = Request(self.store, self.fleet, ids, body or {}, query or {})
        status = 0
        try:
            with faults.suffered(self.store.folder, operation.name, alive):
                reply = operation.handle(request)
            status = reply[0]
        except ApiError as error:
            status = error.status
            raise
        finally:
            self._record(Call(now(), operation.name, method, path, status, body or {}))
        return reply

    def _find(self, method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
        for operation, pattern in self._routes:
            if operation.method == method and (match := pattern.fullmatch(path)):
                return operation, match.groups()
        raise not_found(f"{method} {path}: the lab's DigitalOcean has no such operation")

    def _record(self, call: Call) -> None:
        body = {key: value for key, value in call.body.items() if key not in _UNLOGGED}
        line = json.dumps(call._replace(body=body)._asdict()) + "\n"
        with self._log:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            descriptor = os.open(log_file(self.store.folder), flags, 0o600)
            with os.fdopen(descriptor, "a") as stream:
                stream.write(line)


def _pattern(operation: Operation) -> re.Pattern[str]:
    return re.compile(re.escape(operation.path).replace(r"\{\}", "([^/]+)"))


def log_file(folder: Path) -> Path:
    """Where the calls of an account are logged, one JSON object a line."""
    return folder / "calls.jsonl"


def calls(folder: Path) -> list[Call]:
    """The calls that were made on the account kept in `folder`, oldest first."""
    file = log_file(folder)
    return [Call(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []
