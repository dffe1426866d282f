"""Reading many things at a time: most of the time goes by in waiting for answers."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from network.live.finding import CannotLookError

T = TypeVar("T")
Seen = T | CannotLookError
"""What was read, or why it was not."""

AT_ONCE = 8
"""Processes of kubectl, and connections to the account's API, which takes 250 calls a minute."""


def seen(read: Callable[[], T]) -> Seen[T]:
    """Return what a reading gives, or why it gives nothing."""
    try:
        return read()
    except CannotLookError as error:
        return error


def all_seen(reads: Mapping[str, Callable[[], T]]) -> Mapping[str, Seen[T]]:
    """Return what each of the readings gives, by its name."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda read: seen(read), reads.values()))
    return dict(zip(reads, found, strict=True))
