"""Asks a Prometheus, by its HTTP API; the standard library alone."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SECONDS = 30


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
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:
            return samples(json.load(answer))
    except urllib.error.HTTPError as error:
        raise ValueError(f"{url} answers {error.code} {error.reason}: is it a Prometheus?") from error
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise ValueError(f"{url} cannot be asked: {reason}") from error


def samples(answer: Any) -> list[Sample]:
    """Return what an answer of the API holds. Raises ValueError for what is none."""
    try:
        return [Sample(each["metric"], float(each["value"][1])) for each in answer["data"]["result"]]
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError("the answer is not that of a Prometheus") from error
