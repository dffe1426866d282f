"""Reading many things at a time."""

from collections.abc import Callable
from threading import Barrier
from typing import NoReturn

import pytest

from network.live.finding import CannotLookError
from network.live.parallel import AT_ONCE, all_seen


def fails() -> NoReturn:
    raise CannotLookError("GET /v2/vpcs", "403", "give the token the scope")


def test_what_fails_is_seen_beside_what_does_not() -> None:
    reads: dict[str, Callable[[], int]] = {"one": lambda: 1, "none": fails}
    seen = all_seen(reads)
    assert seen["one"] == 1
    assert isinstance(seen["none"], CannotLookError)


def test_readings_wait_beside_each_other() -> None:
    together = Barrier(AT_ONCE, timeout=30)
    assert len(all_seen({str(number): together.wait for number in range(AT_ONCE)})) == AT_ONCE


def test_a_defect_is_no_missing_answer() -> None:
    def broken() -> int:
        raise KeyError("metadata")

    with pytest.raises(KeyError):
        all_seen({"nodes": broken})
