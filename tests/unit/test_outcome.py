"""A program that fails tells its error once and ends with the code that keeps the language host silent."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import grpc
import pulumi
import pytest

from network.components.outcome import TOLD, tell_errors_once


class Refused(grpc.RpcError):
    """A call to the engine that failed."""

    def __init__(self, status: grpc.StatusCode) -> None:
        super().__init__()
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status


@pytest.fixture(autouse=True)
def interrupts() -> Iterator[None]:
    """The handler of interrupts that the test runner had."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program logged as an error."""
    messages: list[str] = []
    monkeypatch.setattr(pulumi.log, "error", messages.append)
    return messages


def run(fail: Callable[[], None]) -> None:
    """Run a program as a language host does."""

    async def program() -> None:
        tell_errors_once()
        await asyncio.sleep(0)
        fail()

    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(program())
    finally:
        loop.close()


def raising(error: Exception, cause: Exception | None = None) -> Callable[[], None]:
    def fail() -> None:
        try:
            if cause:
                raise cause
        except Exception:
            raise error  # noqa: B904 - the SDK raises so too
        raise error

    return fail


def test_an_error_of_the_program_s_own_is_told_once(told: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(raising(pulumi.RunError("the stack file has 1 problem")))
    assert (ended.value.code, told) == (TOLD, ["the stack file has 1 problem"])


@pytest.mark.parametrize("status", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
def test_an_engine_that_has_ended_has_said_why(told: list[str], status: grpc.StatusCode) -> None:
    with pytest.raises(SystemExit) as ended:
        run(raising(pulumi.RunError("Resource monitor has terminated"), Refused(status)))
    assert (ended.value.code, told) == (TOLD, [])


def test_a_call_that_the_engine_refuses_is_told_without_a_traceback(told: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(raising(Exception("no such provider"), Refused(grpc.StatusCode.UNKNOWN)))
    assert (ended.value.code, told) == (TOLD, ["no such provider"])


def test_a_defect_of_the_program_is_left_to_the_host_which_shows_where_it_is(told: list[str]) -> None:
    with pytest.raises(KeyError):
        run(raising(KeyError("typo")))
    assert told == []


def test_a_program_that_ends_well_says_nothing(told: list[str]) -> None:
    run(lambda: None)
    assert told == []


PROGRAM = """
import asyncio
from network.components.outcome import tell_errors_once

async def program():
    tell_errors_once()
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.new_event_loop().run_until_complete(program())
"""


def test_an_interrupt_ends_the_program_without_a_word() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=60)
    assert (child.returncode, output) == (TOLD, b"")
