"""Faults on request: what the simulated API shall do wrong the next time.

Faults are kept in a file so that another process (a test, a user) can ask for them while the lab runs.
"""

import fcntl
import json
import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from lab.cloud.errors import ApiError, ConnectionDroppedError
from lab.toolbox.waiting import until
from lab.toolbox.whole_files import write_whole

_POLL = 0.05
"""Seconds between two looks at whether a hanging call has been released."""


@dataclass(frozen=True)
class Fault:
    """What the next `times` calls of an operation suffer.

    `operation` is a name of `lab.cloud.endpoints` ("create_vpc") or a pattern ("get_*"). A call first
    hangs for `hang` seconds, or until `release` when that is negative; then it is refused with `status`,
    or carried out and its answer lost when `lose_answer` is set, or, with neither, carried out as usual.
    """

    operation: str
    times: int = 1
    status: int | None = None
    message: str = "injected by the lab"
    retry_after: float | None = None
    hang: float = 0
    lose_answer: bool = False


def inject(folder: Path, fault: Fault) -> None:
    """Ask for a fault in the account kept in `folder`."""
    with _faults(folder) as faults:
        faults.append(fault)


def release(folder: Path, operation: str) -> None:
    """Let calls of `operation` that hang go on, and forget what else was asked for it."""
    with _faults(folder) as faults:
        faults[:] = [fault for fault in faults if fault.operation != operation]


def pending(folder: Path) -> list[Fault]:
    """The faults that are still to happen or that calls are hanging in."""
    with _faults(folder) as faults:
        return list(faults)


@contextmanager
def suffered(folder: Path, operation: str, alive: Callable[[], bool]) -> Generator[None]:
    """Carry out a call (the block) with whatever was asked for its operation.

    A call that hangs ends when `alive` says that its caller has gone. Raises ApiError or
    ConnectionDroppedError as the fault says.
    """
    fault = _take(folder, operation)
    if fault is None:
        yield
        return
    _hang(folder, fault, alive)
    if fault.status is not None:
        raise ApiError(fault.status, fault.message, fault.retry_after)
    yield
    if fault.lose_answer:
        raise ConnectionDroppedError(f"{operation}: the connection was closed before the answer")


def _take(folder: Path, operation: str) -> Fault | None:
    with _faults(folder) as faults:
        for position, fault in enumerate(faults):
            if fault.times > 0 and fnmatchcase(operation, fault.operation):
                faults[position] = replace(fault, times=fault.times - 1)
                return fault
    return None


def _hang(folder: Path, fault: Fault, alive: Callable[[], bool]) -> None:
    def is_released() -> bool:
        return fault.hang < 0 and all(other.operation != fault.operation for other in pending(folder))

    if fault.hang:
        seconds = fault.hang if fault.hang > 0 else math.inf
        until(lambda: not alive() or is_released(), seconds, _POLL)


@contextmanager
def _faults(folder: Path) -> Generator[list[Fault]]:
    """The faults, locked against other processes, and saved if the block changed them.

    A fault that has happened `times` times stays only while calls may still be hanging in it.
    """
    file = folder / "faults.json"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "faults.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = [Fault(**fault) for fault in json.loads(file.read_text())] if file.exists() else []
        faults = list(before)
        yield faults
        kept = [fault for fault in faults if fault.times > 0 or fault.hang < 0]
        if kept != before:
            write_whole(file, json.dumps([asdict(fault) for fault in kept], indent=1))
