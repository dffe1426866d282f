"""Waiting for what comes by itself."""

import time
from collections.abc import Callable, Iterator

import pytest

from lab.toolbox.waiting import patiently, until

SHORT = 0.05


def one_after_the_other(*answers: object) -> Callable[[], object]:
    """A call that gives each answer in turn, and raises those that are errors."""
    left: Iterator[object] = iter(answers)

    def call() -> object:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


def test_what_is_true_at_once_is_not_waited_for() -> None:
    began = time.monotonic()
    assert until(lambda: "found", seconds=10, pause=10) == "found"
    assert time.monotonic() - began < 5


def test_the_first_thing_that_is_true_is_what_was_found() -> None:
    assert until(one_after_the_other(None, [], "found", "more"), seconds=10, pause=0) == "found"


def test_the_last_look_is_told_when_it_takes_too_long() -> None:
    assert until(list, seconds=SHORT, pause=0.01) == []
    assert until(one_after_the_other(0), seconds=-1) == 0


def test_a_call_is_repeated_until_it_succeeds() -> None:
    call = one_after_the_other(OSError("first"), OSError("second"), "answer")
    assert patiently(call, OSError, seconds=10, pause=0) == "answer"


def test_the_last_error_passes_through_when_it_takes_too_long() -> None:
    with pytest.raises(OSError, match="only"):
        patiently(one_after_the_other(OSError("only")), OSError, seconds=-1)


def test_other_errors_and_final_ones_pass_through_at_once() -> None:
    with pytest.raises(KeyError):
        patiently(one_after_the_other(KeyError("x"), "answer"), OSError, seconds=10, pause=10)
    call = one_after_the_other(OSError("wait"), OSError("mistake"), "answer")
    with pytest.raises(OSError, match="mistake"):
        patiently(call, OSError, 10, pause=0, is_final=lambda error: str(error) == "mistake")
