"""What a month costs, and how much is left of what ends as load grows (ADM-5).

The load is that of `ingress.expectedLoad`, with a node gone; a stack that declares none is compared by what
is needed whatever is asked for.
"""

from collections.abc import Iterator, Mapping, Sequence

from network.review import kinds
from network.review.document import Document
from network.review.kinds import Finding
from network.review.markdown import ABSENT, change, code, table
from network.review.sections import Section
from network.review.side import Side

NARROW = 0.8
"""Share of a limit from which on a change to more of it is told."""


def compare(base: Side, head: Side) -> Section:
    """Return how the month's bill and the room change."""
    findings: list[Finding] = []
    old, new = _by_name(base, "limits"), _by_name(head, "limits")
    rows: list[Sequence[str]] = []
    for name, after in new.items():
        finding = _shrunk(name, old.get(name), after)
        if finding is not None:
            findings.append(finding)
            before = old.get(name)
            rows.append(
                (
                    code(name),
                    "*absent*" if before is None else _used(before),
                    _used(after),
                    code(after["raisedBy"]),
                )
            )
    bill = list(_bill(_by_name(base, "charges"), _by_name(head, "charges")))
    before, after = base.document.get("monthly", {}), head.document.get("monthly", {})
    if bill:
        findings.append(
            Finding(
                kinds.MONTHLY_COST, f"The platform costs {change(_sum(before), _sum(after))} dollars a month."
            )
        )
    details = (
        table(("limit", "before", "after", "raised by"), rows),
        table(("a month", "dollars before", "dollars after"), bill),
    )
    return Section("Cost and headroom", tuple(findings), "\n\n".join(each for each in details if each))


def _by_name(side: Side, part: str) -> dict[str, Document]:
    return {each["name"]: each for each in side.document.get(part, [])}


def _shrunk(name: str, before: Document | None, after: Document) -> Finding | None:
    """Return what is less than before: a limit that holds less, or that is full or nearly so by now."""
    used, was = after["used"], None if before is None else before["used"]
    told = (
        f"{code(name)}: {_used(after)}"
        if before is None
        else f"{code(name)}: {_used(before)} → {_used(after)}"
    )
    if used is None:
        return None
    if used > 1 and (was is None or was <= 1):
        return Finding(kinds.NO_LONGER_FITS, f"{told}. {code(after['raisedBy'])} raises it.")
    if before is None or was is None:
        return None
    less = before["holds"] is not None and after["holds"] < before["holds"]
    if less or was < NARROW <= used:
        return Finding(kinds.HEADROOM_SHRUNK, f"{told}.")
    return None


def _used(limit: Document) -> str:
    """Return needed, held and the share in words."""
    if limit["holds"] is None or limit["used"] is None:
        return "unknown"
    holds = f"{limit['holds']:,.10g} {limit['unit']}"
    return f"{100 * limit['used']:.0f} % of {code(holds)}"


def _bill(old: Mapping[str, Document], new: Mapping[str, Document]) -> Iterator[Sequence[str]]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield code(name), _dollars(before), _dollars(after)


def _dollars(charge: Document | None) -> str:
    if charge is None:
        return code(ABSENT)
    if charge["dollars"] is None:
        return "unknown"
    return code(_range(charge["dollars"] * charge["fewest"], charge["dollars"] * charge["most"]))


def _sum(monthly: Document) -> str:
    known = _range(monthly.get("lowest", 0), monthly.get("highest", 0))
    return f"at least {known}" if monthly.get("unknown") else known


def _range(lowest: float, highest: float) -> str:
    return f"{lowest:,.2f}" if lowest == highest else f"{lowest:,.2f} to {highest:,.2f}"
