"""Failures that are a fault of the program, and of nothing that it was given."""

import os
import traceback
from pathlib import Path

TRACEBACK = "NETWORK_TRACEBACK"
"""Environment variable by which the whole of a defect is told."""

_OURS = Path(__file__).parents[1]


def told(error: Exception) -> str:
    """Return the line about an unexpected error, behind its traceback where that is asked for."""
    line = (
        f"a defect of this program, and not of what it was given: {_named(error)}. Report it as an issue of "
        f"this repository, with the command and what it prints under {TRACEBACK}=1"
    )
    if os.environ.get(TRACEBACK):
        return "".join(traceback.format_exception(error)) + line
    return line


def _named(error: Exception) -> str:
    """Return what the error is and where in the program it came up, on one line."""
    text = " ".join(str(error).split())[:200]
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_OURS)
    ]
    place = f" at {Path(ours[-1].filename).relative_to(_OURS.parent)}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{f' ({text})' if text else ''}{place}"
