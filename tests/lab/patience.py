"""Waiting for what is to come, on a machine that may be busy."""

from collections.abc import Callable

from lab.toolbox import waiting


def until(true: Callable[[], bool], what: str = "it is so", seconds: float = 120, pause: float = 0.1) -> None:
    """Return once it is true; the test fails if that takes longer than any busy machine needs."""
    assert waiting.until(true, seconds, pause), f"waited {seconds:g} s until {what}"
