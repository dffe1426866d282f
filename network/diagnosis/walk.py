"""Goes along the links of a path, and stops at the first that is broken."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from network.diagnosis.causes import CODES
from network.diagnosis.facts import Facts
from network.live.finding import CannotLookError, Finding, Verdict


@dataclass(frozen=True)
class Outcome:
    """What looking at a link gave."""

    found: str
    source: str
    """Where it was read: a command or a call that shows the same."""
    remedy: str = ""
    """The command to run next. Where there is one, the link is broken."""

    @property
    def is_broken(self) -> bool:
        """Whether it is not as planned."""
        return bool(self.remedy)


@dataclass(frozen=True)
class Link:
    """One link: what is planned of it, and how facts decide whether it holds."""

    code: str
    """Stable name; `causes.py` has what is known about it."""
    subject: str
    planned: str
    judge: Callable[[Facts], Outcome]
    """Pure; raises CannotLookError where the facts it needs were not seen."""
    declared: str = ""
    """Key of the stack file."""


@dataclass(frozen=True)
class Path:
    """Links one behind the other, then branches beside each other, then what needs all of those."""

    links: Sequence[Link]
    branches: Sequence["Path"] = ()
    then: Sequence[Link] = field(default=())


def walk(path: Path, facts: Facts) -> list[Finding]:
    """Return a finding for each link. What lies behind a broken one is not reached; one that nobody could
    look at does not stop the walk."""
    return list(_walked(path, facts, None))


def _walked(path: Path, facts: Facts, broken: str | None) -> Iterator[Finding]:
    for link in path.links:
        finding = _judged(link, facts, broken)
        yield finding
        if finding.verdict == "differs":
            broken = link.code
    below = broken
    for branch in path.branches:
        found = list(_walked(branch, facts, broken))
        yield from found
        below = below or next((each.code for each in found if each.verdict == "differs"), None)
    for link in path.then:
        finding = _judged(link, facts, below)
        yield finding
        if finding.verdict == "differs":
            below = link.code


def _judged(link: Link, facts: Facts, broken: str | None) -> Finding:
    if broken is not None:
        return _finding(link, "not reached", Outcome(f"behind {broken}", ""))
    try:
        outcome = link.judge(facts)
    except CannotLookError as error:
        return _finding(link, "could not look", Outcome(error.reason, error.source, error.remedy))
    return _finding(link, "differs" if outcome.is_broken else "as planned", outcome)


def _finding(link: Link, verdict: Verdict, outcome: Outcome) -> Finding:
    return Finding(
        code=link.code,
        subject=link.subject,
        verdict=verdict,
        planned=link.planned,
        found=outcome.found,
        source=outcome.source,
        remedy=outcome.remedy,
        declared=link.declared,
        causes=CODES[link.code].causes if verdict == "differs" else (),
    )
