"""What an objective promises, and which of two promises more (OBS-8)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from network.config.quantities import seconds
from network.review.markdown import ABSENT

Objective = Mapping[str, Any]
"""As the stack file's configuration has it."""


@dataclass(frozen=True)
class Difference:
    """A promise of one objective that another does not keep."""

    what: str
    mine: Any
    theirs: Any
    """ABSENT if it promises nothing of the kind."""


def subject(objective: Objective) -> str:
    """Return what the promise is of: a host, or a route."""
    return str(objective.get("host") or objective.get("route"))


def beyond(mine: Objective, theirs: Objective) -> Iterator[Difference]:
    """Yield what `mine` promises and `theirs` does not."""
    if _above(mine.get("availability"), theirs.get("availability")):
        yield Difference("availability", mine["availability"], _or_absent(theirs.get("availability")))
    yield from _faster(mine.get("latency") or (), theirs.get("latency") or ())
    yield from _throughput(mine.get("throughput") or {}, theirs.get("throughput") or {})
    for code in mine.get("alsoFailures") or ():
        if code not in (theirs.get("alsoFailures") or ()):
            yield Difference("alsoFailures", code, ABSENT)
    # With more that it waits for, an alert keeps still more often.
    least, most = mine.get("minimumRequests"), theirs.get("minimumRequests")
    if least is not None and most is not None and least < most:
        yield Difference("minimumRequests", least, most)


def _faster(mine: Any, theirs: Any) -> Iterator[Difference]:
    """Yield the times that the other does not keep: within a shorter one it might promise as much."""
    for promise in mine:
        kept = [each for each in theirs if seconds(each["within"]) <= seconds(promise["within"])]
        best = max((each["target"] for each in kept), default=None)
        if best is None or best < promise["target"]:
            yield Difference(f"latency within {promise['within']}", promise["target"], _or_absent(best))


def _throughput(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    for key, sign in (("atLeast", 1), ("atMost", -1)):
        bound, other = mine.get(key), theirs.get(key)
        if bound is not None and (other is None or sign * bound > sign * other):
            yield Difference(f"throughput.{key}", bound, _or_absent(other))
    if theirs and _above(mine.get("target"), theirs.get("target")):
        yield Difference("throughput.target", mine["target"], _or_absent(theirs.get("target")))


def _above(mine: float | None, theirs: float | None) -> bool:
    return mine is not None and (theirs is None or mine > theirs)


def _or_absent(value: Any) -> Any:
    return ABSENT if value is None else value
