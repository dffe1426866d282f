"""DigitalOcean's API, where the program asks it by itself.

Standard library only: `network.credentials` runs on machines where nothing is installed.
"""

import http.client
import json
import os
import queue
import threading
import urllib.error
import urllib.request
from typing import Any

TOKEN_VARIABLES = ("DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN")
"""Read by the provider, in this order, where the stack has no token of its own (the Terraform provider below
it documents them for its argument `token`)."""

API_VARIABLE = "DIGITALOCEAN_API_URL"
"""Names another address of the API (the provider's schema, `apiEndpoint`)."""

LONGEST_ANSWER = 30.0
"""Seconds for one whole answer, from the look-up of the name to the last byte."""

_MOST_BYTES = 16 * 2**20
"""Bytes of an answer that are read: more than a page of the longest list has."""


class RefusedError(Exception):
    """The API's refusal, in its own words."""

    def __init__(self, status: int, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.retry_after = retry_after
        """Seconds to wait before another try, where the API says so."""


class AwayError(Exception):
    """Nobody answered, or the answer was none; the message is the reason."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The API redirects nobody, and urllib would send the token along to whatever host it is led to."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        """Follow none: what was answered stands as the refusal."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def endpoint() -> str:
    """Return the API's address, or the one that stands in for it."""
    return (os.environ.get(API_VARIABLE) or "https://api.digitalocean.com").rstrip("/")


def get(url: str, token: str, wait: float = LONGEST_ANSWER) -> Any:
    """Return the answer's body, a mapping, if it is complete within `wait` seconds.

    Raises RefusedError and AwayError.
    """
    return send("GET", url, token, wait=wait)


def send(method: str, url: str, token: str, body: Any = None, wait: float = LONGEST_ANSWER) -> Any:
    """Return the body of the answer to any call, an empty mapping where it has none; `body` is sent as JSON.

    Raises RefusedError, and AwayError, after which nobody knows whether the call was carried out.
    """
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            done.put(_send(method, url, token, body, wait))
        except Exception as error:
            done.put(error)

    # A socket's timeout begins anew with every byte, and the resolver has none: a thread can be left alone.
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = done.get(timeout=wait)
    except queue.Empty:
        raise AwayError(f"no whole answer within {wait:g} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _send(method: str, url: str, token: str, body: Any, timeout: float) -> Any:
    if not token.isascii() or not token.isprintable():
        # http.client would quote the whole header, and the token with it.
        raise RefusedError(401, "the token has characters that none has")
    try:
        headers = {"Authorization": f"Bearer {token}"}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(url, content, headers, method=method)
        with _OPENER.open(request, timeout=timeout) as answer:
            told = answer.read(_MOST_BYTES)
            # A change may be answered with nothing; who reads is owed something.
            read = json.loads(told) if told or method == "GET" else {}
    except urllib.error.HTTPError as error:
        raise RefusedError(error.code, _message(error), _retry_after(error)) from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise AwayError("what answers is not DigitalOcean's API: it sends no JSON") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise AwayError(str(error) or type(error).__name__) from None
    if not isinstance(read, dict):
        raise AwayError("what answers is not DigitalOcean's API: it sends no object")
    return read


def _retry_after(error: urllib.error.HTTPError) -> float | None:
    said = error.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else None


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return " ".join(str(json.loads(error.read(_MOST_BYTES))["message"]).split())
    except (OSError, ValueError, KeyError, TypeError, RecursionError, http.client.HTTPException):
        return str(error.reason)
