"""Which tests of the lab run in one worker, one after the other: those that share a lab."""

from pathlib import PurePosixPath

from typing_extensions import override
from xdist.scheduler import LoadFileScheduling

LABS = (
    ("tests/lab/traffic",),
    ("tests/lab/test_observability.py", "tests/lab/test_platform.py"),
)
"""Who shares a lab: all proofs by requests; those of the dev stack as it is shipped, of which the last ends
it."""


class SideBySide(LoadFileScheduling):
    """Gives each module to a worker whole, and the modules that share a lab to the same."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        module = super()._split_scope(nodeid)
        path = PurePosixPath(module)
        return next((each[0] for each in LABS if any(map(path.is_relative_to, each))), module)
