"""What looking at one thing gave, beside what the plan says of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["as planned", "differs", "could not look", "not reached"]
"""`could not look`: a right, an object or an answer is missing, which is never taken for `as planned`.
`not reached`: what it depends on is broken already."""


@dataclass(frozen=True)
class Finding:
    """One fact, planned and found."""

    code: str
    """Stable name, never given to another fact, under which it is documented."""
    subject: str
    """What it is about, as the stack file or the cluster names it."""
    verdict: Verdict
    planned: str
    """What follows from the stack file."""
    found: str
    """What was seen; why nothing was, where nobody could look."""
    source: str
    """Where it was read: a command or a call that shows the same."""
    remedy: str = ""
    """What to do, and the command to run next; empty where all is as planned."""
    declared: str = ""
    """Key of the stack file that says what is planned, such as `external.vpc.range`."""
    causes: tuple[str, ...] = ()
    """What usually breaks it, the most frequent first; where it differs alone."""


class CannotLookError(Exception):
    """Nothing was seen; the message says why, `remedy` what would help."""

    def __init__(self, source: str, reason: str, remedy: str, *, passes: bool = False) -> None:
        super().__init__(reason)
        self.source = source
        self.reason = reason
        self.remedy = remedy
        self.passes = passes
        """Whether asking again later may help, and nothing else would."""


def status(findings: Iterable[Finding]) -> int:
    """Return the exit status: 0 as planned, 1 if anything differs, 2 if nothing does and something was not
    seen."""
    verdicts = {each.verdict for each in findings}
    if "differs" in verdicts:
        return 1
    return 2 if verdicts - {"as planned"} or not verdicts else 0
