"""One row of a verification: what is planned, and what comparing it with what was read gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from network import markdown
from network.live.finding import CannotLookError, Finding, Verdict
from network.live.parallel import Seen

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Behind:
    """What it depends on is not there, so there is nothing to compare."""

    reason: str


UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What looking into an answer of another form raises."""

Look = Seen[T] | Behind
"""What was read, why it was not, or why there is nothing to read."""


@dataclass(frozen=True)
class Check:
    """One kind of row."""

    code: str
    """Stable name, never given to another kind."""
    compares: str
    """What must be so, in words."""
    source: str
    """What it is read by."""
    remedy: str
    """What to do where it is not so."""

    def row(self, subject: str, planned: object, declared: str = "") -> "Row":
        """Return a row of this kind; `declared` is the key of the stack file that says what is planned."""
        return Row(self, subject, str(planned), declared)


def table(checks: Iterable[Check], fits: str) -> str:
    """Return kinds of rows as a table in Markdown; `fits` heads what must be so."""
    return markdown.table(
        ("code", f"{fits}, where", "read by", "else"),
        ((f"`{each.code}`", each.compares, _code(each.source), each.remedy) for each in checks),
    )


def _code(source: str) -> str:
    return "; ".join(f"`{each}`" for each in source.split("; "))


@dataclass(frozen=True)
class Judged:
    """What was found, beside what is planned."""

    found: str
    as_planned: bool
    remedy: str = ""
    """In place of the check's own."""


@dataclass(frozen=True)
class Row:
    """A row whose finding is still to come."""

    check: Check
    subject: str
    planned: str
    declared: str

    def judge(self, look: Look[T], judged: Callable[[T], Judged]) -> Finding:
        """Return the finding, by what was read. An answer of another form than is known is none."""
        if isinstance(look, Behind):
            return self._finding("not reached", look.reason, self.check.source, "")
        if isinstance(look, CannotLookError):
            source = look.source or self.check.source
            return self._finding("could not look", look.reason, source, look.remedy)
        try:
            found = judged(look)
        except UNREADABLE as error:
            return self.judge(unreadable(self.check.source, error), judged)
        if found.as_planned:
            return self._finding("as planned", found.found, self.check.source, "")
        return self._finding("differs", found.found, self.check.source, found.remedy or self.check.remedy)

    def unseen(self, look: CannotLookError | Behind) -> Finding:
        """Return the finding of what was not read."""
        return self.judge(look, lambda _: Judged("", as_planned=False))

    def equal(self, look: Look[T], found: Callable[[T], object]) -> Finding:
        """Return the finding of what must be written as it is planned."""
        return self.judge(look, lambda seen: Judged(text := str(found(seen)), text == self.planned))

    def none(self, look: Look[T], found: Callable[[T], Iterable[str]]) -> Finding:
        """Return the finding of what must not exist; `found` names what does."""

        def judged(seen: T) -> Judged:
            names = list(found(seen))
            return Judged(listed(names), not names)

        return self.judge(look, judged)

    def _finding(self, verdict: Verdict, found: str, source: str, remedy: str) -> Finding:
        return Finding(
            self.check.code, self.subject, verdict, self.planned, found, source, remedy, self.declared
        )


def derived(look: Look[A], make: Callable[[A], B | Behind]) -> Look[B]:
    """Return what follows from what was read. An answer of another form than is known is none."""
    if isinstance(look, CannotLookError | Behind):
        return look
    try:
        return make(look)
    except UNREADABLE as error:
        return unreadable("", error)


def unreadable(source: str, error: Exception) -> CannotLookError:
    """Return that an answer cannot be understood."""
    return CannotLookError(
        source,
        f"the answer has another form than is known ({error!r})",
        "look at the answer by hand, and tell whoever keeps this program",
    )


def both(first: Look[A], second: Look[B]) -> Look[tuple[A, B]]:
    """Return both of what was read, or why one of them was not."""
    for each in (first, second):
        if isinstance(each, CannotLookError | Behind):
            return each
    assert not isinstance(first, CannotLookError | Behind)
    assert not isinstance(second, CannotLookError | Behind)
    return first, second


def listed(names: Iterable[object], nothing: str = "none") -> str:
    """Return names as one text."""
    return ", ".join(map(str, names)) or nothing


def switched(on: object) -> str:
    """Return a switch in words."""
    return "on" if on else "off"
