"""Whether a decision record is due."""

from collections.abc import Iterable

from network.review.kinds import KINDS, Finding
from network.review.markdown import codes
from network.review.sources import DECISIONS


def due(findings: Iterable[Finding], recorded: frozenset[str]) -> str:
    """Return what to tell of decision records: what asks for one, and whether one came along."""
    found = {each.kind.name for each in findings if each.kind.decides}
    asking = codes(name for name in KINDS if name in found)
    if recorded:
        return f"**Decision record**: {codes(sorted(recorded))}" + (
            f", to answer for {asking}." if found else "."
        )
    if found:
        return (
            f"**Decision record due** for {asking}: add why, and what was weighed, as "
            f"`{DECISIONS}/NNNN-<title>.md`."
        )
    return ""
