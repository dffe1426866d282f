"""Which tests of the lab run in one worker, one after the other: those that share a lab."""

from pathlib import PurePosixPath

from typing_extensions import override
from xdist.scheduler import LoadFileScheduling

ONE_LAB = "tests/lab/traffic"
"""All proofs by requests share one lab."""


class SideBySide(LoadFileScheduling):
    """Gives each module to a worker whole, and the modules that share a lab to the same."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        module = super()._split_scope(nodeid)
        return ONE_LAB if PurePosixPath(module).is_relative_to(ONE_LAB) else module
