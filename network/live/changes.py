"""The account, changed by its API: for whoever proves the platform on an account and cleans up behind it.

Everything else here only reads.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from network.digitalocean_api import LONGEST_ANSWER, AwayError, RefusedError, endpoint, send
from network.live.account import Account
from network.live.finding import CannotLookError

T = TypeVar("T")

GONE = 404
BUSY = frozenset({409, 412, 423})
"""Statuses of what is in use, or is being changed: the same call passes later."""
_TOO_MANY = 429


class ChangeError(Exception):
    """A change was not made; the message says what the API said."""

    def __init__(self, source: str, why: str, status: int | None = None) -> None:
        super().__init__(f"{source}: {why}")
        self.why = why
        self.status = status
        """Of the refusal; None where nobody answered, and the change may have been made."""


@dataclass(frozen=True)
class Patience:
    """How long a call that may pass later is tried again."""

    first: float = 0.5
    """Seconds of the first pause, which doubles each time."""
    longest: float = 15.0
    """Seconds of the longest pause between two tries; `Retry-After` of the API is taken up to four of
    these."""
    whole: float = 1200.0
    """Seconds of all tries of one call together: a cluster that is deleted keeps its VPC busy for
    minutes."""
    answer: float = LONGEST_ANSWER
    """Seconds for one answer."""


@dataclass(frozen=True)
class Changes:
    """What an API token may change in its account. Every call is tried again while it may pass later."""

    account: Account
    patience: Patience = field(default_factory=Patience)

    def list(self, path: str, key: str) -> list[Any]:
        """Return a list as `Account.list` does. Raises ChangeError once patience has ended."""
        return self.patiently(f"GET {path}", lambda: self.account.list(path, key))

    def post(self, path: str, body: Any) -> Mapping[str, Any]:
        """Make something, or have something done, and return the answer. Tried once: a call whose answer was
        lost may have been carried out. Raises ChangeError."""
        try:
            return self._send("POST", path, body)
        except RefusedError as error:
            raise ChangeError(f"POST {path}", str(error), error.status) from None
        except AwayError as error:
            raise ChangeError(f"POST {path}", str(error)) from None

    def remove(self, path: str, body: Any = None, *, busy: frozenset[int] = BUSY) -> bool:
        """Delete what a path names, and return whether it was there. Raises ChangeError once a refusal is not
        among `busy`, which pass later, or patience has ended."""

        def delete() -> bool:
            try:
                self._send("DELETE", path, body)
            except RefusedError as error:
                if error.status == GONE:
                    return False
                raise
            return True

        return self.patiently(f"DELETE {path}", delete, busy)

    def patiently(self, source: str, call: Callable[[], T], busy: frozenset[int] = BUSY) -> T:
        """Return what a call gives once it passes; it may be made more than once. Raises ChangeError."""
        end = time.monotonic() + self.patience.whole
        pause = self.patience.first
        while True:
            try:
                return call()
            except RefusedError as error:
                if not (error.status in busy or error.status == _TOO_MANY or error.status >= 500):
                    raise ChangeError(source, str(error), error.status) from None
                wait, said = max(pause, error.retry_after or 0), error
            except AwayError as error:
                wait, said = pause, error
            except CannotLookError as error:
                if not error.passes:
                    raise ChangeError(source, f"{error}; {error.remedy}") from None
                wait, said = pause, error
            wait = min(wait, 4 * self.patience.longest)
            if time.monotonic() + wait > end:
                raise ChangeError(source, f"{said}, for {self.patience.whole:g} s") from None
            time.sleep(wait)
            pause = min(2 * pause, self.patience.longest)

    def _send(self, method: str, path: str, body: Any) -> Mapping[str, Any]:
        return send(method, endpoint() + path, self.account.token.value, body, self.patience.answer)
