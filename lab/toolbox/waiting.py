"""Waiting for what comes by itself: looking until it is so, and calling until the call succeeds."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
Answer = TypeVar("Answer")
Error = TypeVar("Error", bound=Exception)

PAUSE = 0.1
"""Seconds between two looks, unless told otherwise."""


def until(look: Callable[[], Found], seconds: float, pause: float = PAUSE) -> Found:
    """Look again and again until what is seen is true; what was seen last, when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() <= deadline:
        time.sleep(pause)
    return seen


def patiently(
    call: Callable[[], Answer],
    errors: type[Error] | tuple[type[Error], ...],
    seconds: float,
    pause: float = PAUSE,
    is_final: Callable[[Error], bool] = lambda _: False,
) -> Answer:
    """Call until none of `errors` is raised; the last one passes through, and one that `is_final` at once."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except errors as error:
            if is_final(error) or time.monotonic() > deadline:
                raise
            time.sleep(pause)
