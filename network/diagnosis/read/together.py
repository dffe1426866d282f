"""Looks at many things at once, and waits for none longer than all may take."""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from network.live.finding import CannotLookError
from network.live.parallel import Seen

K = TypeVar("K")
T = TypeVar("T")

_AT_ONCE = 16
"""Looks under way; more would only wait for each other on one machine."""


def together(looks: Mapping[K, Callable[[], T]], seconds: float) -> dict[K, Seen[T]]:
    """Return what each look gives, or why it gave nothing; what is not there in time is left alone."""
    waiting: queue.SimpleQueue[K] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[K, Any]] = queue.SimpleQueue()
    for key in looks:
        waiting.put(key)

    def work() -> None:
        while True:
            try:
                key = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((key, looks[key]()))
            except CannotLookError as error:
                done.put((key, error))
            except Exception as error:
                done.put((key, _defect(error)))

    for _ in range(min(_AT_ONCE, len(looks))):
        # A thread of a pool would be waited for at the end of the program.
        threading.Thread(target=work, daemon=True).start()
    end = time.monotonic() + seconds
    found: dict[K, Seen[T]] = {}
    while len(found) < len(looks):
        try:
            key, value = done.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        found[key] = value
    late = CannotLookError(
        "network doctor", f"no answer within {seconds:g} s", "ask again, or for less at once"
    )
    return {key: found.get(key, late) for key in looks}


def _defect(error: Exception) -> CannotLookError:
    return CannotLookError(
        "network doctor", f"{type(error).__name__}: {error}", "this is a defect of the command: report it"
    )
