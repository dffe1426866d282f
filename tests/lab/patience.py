"""Waiting for what is to come, on a machine that may be busy."""

import time
from collections.abc import Callable


def until(true: Callable[[], bool], what: str = "it is so", seconds: float = 120, pause: float = 0.1) -> None:
    """Return once it is true; the test fails if that takes longer than any busy machine needs."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds:g} s until {what}"
        time.sleep(pause)
