"""Asks a Prometheus, by its HTTP API; the standard library alone."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SECONDS = 30
"""Until the whole answer is there."""
LONGEST_ANSWER = 32 * 2**20
"""Bytes; a thousand objectives take one of them."""


@dataclass(frozen=True)
class Sample:
    """A series and its value now."""

    labels: Mapping[str, str]
    """With its name as `__name__`, where it has one."""
    value: float


def query(url: str, expr: str) -> list[Sample]:
    """Return what an expression gives now. Raises ValueError with what is wrong where there is no answer."""
    asked = f"{url.rstrip('/')}/api/v1/query?{urlencode({'query': expr})}"
    if not asked.startswith(("http://", "https://")):
        raise ValueError(f"{url} is no address of a Prometheus: it begins with http:// or https://")
    if "@" in asked.split("/")[2]:
        raise ValueError("no address with a user is asked: forward a port, as `make view-prometheus` does")
    try:
        body = _answer(asked)
    except urllib.error.HTTPError as error:
        raise ValueError(f"{url} answers {error.code} {error.reason}: is it a Prometheus?") from error
    # A ValueError is of an address that cannot be written into a request.
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise ValueError(f"{url} cannot be asked: {reason}") from error
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{url} answers no JSON: is it a Prometheus?") from error
    return samples(answer)


def _answer(asked: str) -> bytes:
    """Return the body of an answer. Raises OSError where it does not end, in time or in size."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    body = bytearray()
    with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:
        while part := answer.read1(2**16):
            body += part
            if time.monotonic() > deadline or len(body) > LONGEST_ANSWER:
                raise OSError(f"its answer does not end within {TIMEOUT_SECONDS} s and 32 MiB")
        if answer.length:
            raise OSError("its answer breaks off")
    return bytes(body)


def samples(answer: Any) -> list[Sample]:
    """Return what an answer of the API holds. Raises ValueError for what is none."""
    try:
        refusal = None if answer["status"] == "success" else answer.get("error") or answer["status"]
        found = [_sample(each) for each in answer["data"]["result"]] if refusal is None else []
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("the answer is not that of a Prometheus") from error
    if refusal is not None:
        raise ValueError(f"it says {refusal}")
    return found


def _sample(series: Any) -> Sample:
    labels = {**series["metric"]}
    if not all(isinstance(text, str) for text in labels.values()):
        raise TypeError("a label is no text")
    return Sample(labels, float(series["value"][1]))
