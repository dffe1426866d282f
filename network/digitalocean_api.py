"""DigitalOcean's API, where the program asks it by itself.

Standard library only: `network.credentials` runs on machines where nothing is installed.
"""

import json
import os
import urllib.error
import urllib.request
from typing import Any

TOKEN_VARIABLES = ("DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN")
"""Read by the provider, in this order, where the stack has no token of its own (the Terraform provider below
it documents them for its argument `token`)."""

API_VARIABLE = "DIGITALOCEAN_API_URL"
"""Names another address of the API (the provider's schema, `apiEndpoint`)."""

_TIMEOUT = 30.0
"""Seconds for one answer."""


class RefusedError(Exception):
    """The API's refusal, in its own words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class AwayError(Exception):
    """Nobody answered, or the answer was none; the message is the reason."""


def endpoint() -> str:
    """Return the API's address, or the one that stands in for it."""
    return (os.environ.get(API_VARIABLE) or "https://api.digitalocean.com").rstrip("/")


def get(url: str, token: str) -> Any:
    """Return the answer's body. Raises RefusedError and AwayError."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RefusedError(error.code, _message(error)) from None
    except (OSError, ValueError) as error:
        raise AwayError(str(error)) from None


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return str(error.reason)
