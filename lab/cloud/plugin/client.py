"""The plugin's client of the API: it retries as godo does, waits as the plugin does, and says what failed."""

import time
import uuid
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from lab.cloud.cloud import Cloud
from lab.cloud.errors import ApiError, ConnectionDroppedError
from lab.cloud.rules import spaces as rules
from lab.cloud.state import Json

ATTEMPTS = 5
"""A call is made at most this often (docs/facts/provider.md#retries)."""


@dataclass(eq=False)
class CallError(Exception):
    """A call that failed for good. `status` is 0 when no answer came."""

    status: int
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class SpacesCredentials:
    """A key of Spaces, as a provider is given it."""

    access_key: str
    secret_key: str


@dataclass(frozen=True)
class Client:
    """Calls of one operation of the engine.

    `time_scale`: how much of the plugin's waiting really happens; 0 keeps the order of events and only
    waits for what the cloud is doing. `alive`: whether the engine still waits for the answer.
    """

    cloud: Cloud
    token: str
    time_scale: float
    alive: Callable[[], bool]
    spaces: SpacesCredentials | None = None
    """What buckets are asked with; None where the provider has no key of Spaces."""

    def call(
        self, method: str, path: str, body: Json | None = None, query: Mapping[str, str] | None = None
    ) -> Json:
        """The answer's body. Any method is retried on 5xx, on 429 and on a dropped connection."""
        url = f"{method} https://api.digitalocean.com{path}{'?' + urlencode(query) if query else ''}"
        if not self.cloud.accepts(self.token):
            raise _refusal(url, ApiError(401, "Unable to authenticate you"))
        return self._tried(url, method, path, body, query)

    def call_spaces(self, method: str, region: str, path: str, body: Json | None = None) -> Json:
        """The answer of the API of Spaces, which takes no token but a key
        (docs/facts/provider.md#spaces)."""
        if self.spaces is None:
            raise CallError(0, "Spaces credentials not configured")
        url = f"{method} https://{region}.digitaloceanspaces.com/{path}"
        try:
            rules.opens(self.cloud.store.account, self.spaces.access_key, self.spaces.secret_key)
        except ApiError as error:
            raise _refusal(url, error) from error
        return self._tried(url, method, f"/s3/{region}/{path}", body, None)

    def _tried(
        self, url: str, method: str, path: str, body: Json | None, query: Mapping[str, str] | None
    ) -> Json:
        failed: ApiError | ConnectionDroppedError | None = None
        for attempt in range(ATTEMPTS):
            if failed:
                self.wait(getattr(failed, "retry_after", None) or 2 ** (attempt - 1))
            if not self.alive():
                break
            try:
                return self.cloud.call(method, path, body, query, self.alive)[1]
            except ConnectionDroppedError as error:
                failed = error
            except ApiError as error:
                if error.status < 500 and error.status != 429:
                    raise _refusal(url, error) from error
                failed = error
        given_up = f"giving up after {ATTEMPTS} attempt(s)"
        if isinstance(failed, ApiError):
            raise _refusal(url, failed, f"; {given_up}")
        raise CallError(0, f"{url} {given_up}: {failed}")

    def wait(self, seconds: float) -> None:
        """Wait as the plugin does between two looks: `seconds` in the real world."""
        time.sleep(seconds * self.time_scale)

    def await_cloud(self, seconds: float) -> None:
        """Wait before the next look at something that takes its time: at most `seconds`, less when the
        cloud has nothing left to do."""
        if self.time_scale:
            self.wait(seconds)
        else:
            self.cloud.fleet.settle(seconds)


def _refusal(url: str, error: ApiError, more: str = "") -> CallError:
    """A refusal in the words of the client library."""
    return CallError(error.status, f'{url}: {error.status} (request "{uuid.uuid4()}") {error}{more}')


@contextmanager
def explained(doing: str) -> Generator[None]:
    """Begin the message of a call of the block that fails with what was being done."""
    try:
        yield
    except CallError as error:
        raise CallError(error.status, f"{doing}: {error}") from error
