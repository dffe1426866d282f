"""How the program ends when it fails: its errors are told once, and nothing stands behind them.

The official language host takes exit code 32 for "the user has been told". Any other makes the engine add
"an unhandled error occurred: program exited with non-zero exit code", and an exception that comes of the
engine having ended is shown with its whole traceback.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import grpc
import pulumi

TOLD = 32
"""Exit code of a program whose error the user has seen; a number of the official language host."""

_ENDED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
"""Answers of an engine that ends: it has said why, and asks for nothing more."""


def tell_errors_once() -> None:
    """Let this run of the program end without a word after its own errors, or the engine's.

    To be called by the program itself, before anything that may fail.
    """
    task = asyncio.current_task()
    assert task is not None, "a program runs in a task of the language host's"
    task.add_done_callback(_ended)
    # The engine interrupts when the update has failed or was cancelled. It knows what was registered.
    signal.signal(signal.SIGINT, lambda *_: os._exit(TOLD))


def refuse(message: str) -> NoReturn:
    """End the program at once with this error, also from within an `apply`.

    An exception would be heard only when everything that is under way has ended.
    """
    pulumi.log.error(message)
    sys.exit(TOLD)


def _ended(task: "asyncio.Task[Any]") -> None:
    """Runs before whoever waits for the program sees its error; SystemExit takes that error's place."""
    error = None if task.cancelled() else task.exception()
    if error is None:
        return
    refusals = [each for each in _origins(error) if isinstance(each, grpc.RpcError)]
    if any(_code(each) in _ENDED for each in refusals):
        sys.exit(TOLD)
    if refusals or isinstance(error, pulumi.RunError):
        refuse(str(error))
    # Anything else is a defect of the program: the host shows where it is.


def _origins(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that led to it."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            pending += [each.__cause__, each.__context__]


def _code(refusal: grpc.RpcError) -> grpc.StatusCode:
    """The status of a call that failed: its exception is the call as well."""
    return refusal.code()  # pyright: ignore[reportAttributeAccessIssue]
