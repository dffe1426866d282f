"""A run of the program that ends with a refusal."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pulumi
import pytest

from network.components.outcome import TOLD
from tests.program import recording


class Refusal(NamedTuple):
    """What the program told, once, and what it had declared by then."""

    message: str
    declared: tuple[recording.Declared, ...]


def refusal(
    config: Mapping[str, str], *, preview: bool = False, program: Path = recording.PROGRAM
) -> Refusal:
    """Run the program, which must refuse."""
    monitors: list[recording.Recorder] = []
    told: list[str] = []

    class Watched(recording.Recorder):
        def __init__(self, mocks: recording.Cloud) -> None:
            super().__init__(mocks)
            monitors.append(self)

    with (
        patch.object(recording, "Recorder", Watched),
        patch.object(pulumi.log, "error", told.append),
        pytest.raises(SystemExit) as ended,
    ):
        recording.run(config, preview=preview, program=program)
    assert ended.value.code == TOLD
    (message,) = told
    return Refusal(message, tuple(monitors[0].declared))
