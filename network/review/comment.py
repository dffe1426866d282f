"""The comment on a pull request: what to decide first, details folded away, never too long for GitHub."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from network.review.compare import StackReview
from network.review.kinds import Finding, Weight
from network.review.markdown import change, counted
from network.review.sections import Section

MARKER = "<!-- network review -->"
"""First line of the comment, by which the workflow finds the one to replace."""
LIMIT = 65_536
"""Characters that GitHub takes for a comment."""
RESERVE = 500
"""Of these, kept for what says that something was left out."""
MOST_LINES = 25
"""Findings of one weight that are listed before the rest is only counted."""

HEADINGS = {
    Weight.DANGER: ("[!CAUTION]", "danger", "dangers"),
    Weight.ATTENTION: ("[!WARNING]", "point to check", "points to check"),
    Weight.NOTE: ("", "note", "notes"),
}


@dataclass(frozen=True)
class Comment:
    """What the comment says beside the findings."""

    base: str
    head: str
    reviews: Sequence[StackReview]
    decision: str
    """About decision records; "" if none is due."""
    notes: Sequence[str] = ()
    """What could not be compared."""
    preview: str | None = None
    """URL of `pulumi preview`'s own result."""

    def text(self, limit: int = LIMIT) -> str:
        """Return the whole comment; beyond the limit details are left out, the least dangerous first."""
        order = sorted(
            (section for review in self.reviews for section in review.sections if section.details),
            key=lambda section: section.weight,
        )
        for left_out in range(len(order) + 1):
            text = self._written(order[:left_out])
            if len(text) <= limit:
                return text
        text = self._written(order)
        return text[: limit - RESERVE].rpartition("\n")[0] + (
            "\n\n**Cut here, since GitHub takes no longer comment.** Run `network review` for the rest.\n"
        )

    def _written(self, left_out: Sequence[Section]) -> str:
        parts = [MARKER, f"## Network review\n\n{change(self.base, self.head)}"]
        parts += [f"> [!NOTE]\n> {note}" for note in self.notes]
        if self.decision:
            parts.append(self.decision)
        # The worst stack first; of equals, in the order of their names.
        for review in sorted(self.reviews, key=_order):
            parts.append(_stack(review, left_out))
        parts.append(self._end())
        return "\n\n".join(parts) + "\n"

    def _end(self) -> str:
        preview = f"[`pulumi preview`]({self.preview})" if self.preview else "`pulumi preview`"
        return (
            "<sub>Made from the two versions' plans alone, without credentials, state or cluster. "
            f"{preview} is the authority on what is replaced.</sub>"
        )


def _order(review: StackReview) -> tuple[int, str]:
    return -max((each.kind.weight for each in review.findings), default=-1), review.stack


def _stack(review: StackReview, left_out: Sequence[Section]) -> str:
    if not review.findings:
        return f"### {review.stack}\n\nNothing changes: both versions lead to the same plan."
    counts = [
        counted(len(review.of(weight)), one, many)
        for weight, (_, one, many) in HEADINGS.items()
        if review.of(weight)
    ]
    parts = [f"### {review.stack}: {', '.join(counts)}"]
    for weight, (alert, _, _) in HEADINGS.items():
        lines = _lines(review.of(weight))
        if not lines:
            continue
        if alert:
            parts.append("\n".join((f"> {alert}", *(f"> {line}" for line in lines))))
        else:
            parts.append("\n".join(lines))
    omitted: list[str] = []
    for section in review.sections:
        if not section.details:
            continue
        if any(section is each for each in left_out):
            omitted.append(section.title)
        else:
            parts.append(f"<details><summary>{section.title}</summary>\n\n{section.details}\n\n</details>")
    if omitted:
        parts.append(
            f"*Details left out, since GitHub takes {LIMIT:,} characters: {', '.join(omitted)}. "
            "Run `network review` for them.*"
        )
    return "\n\n".join(parts)


def _lines(findings: Iterable[Finding]) -> list[str]:
    listed = list(findings)
    lines = [f"- `{each.kind.name}` {each.text}" for each in listed[:MOST_LINES]]
    if len(listed) > MOST_LINES:
        lines.append(f"- and {len(listed) - MOST_LINES:,} more, see the details below")
    return lines
