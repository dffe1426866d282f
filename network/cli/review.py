"""`network review`: what a change does, as one comment."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from network.review import sources
from network.review.comment import Comment
from network.review.compare import StackReview, compare
from network.review.decisions import due
from network.review.kinds import KINDS
from network.review.sources import Source


@dataclass(frozen=True)
class Reviewed:
    """A finished review."""

    comment: Comment
    found: frozenset[str]
    """Names of the kinds of findings."""


def review(base: str, head: str, stacks: list[str], preview: str | None, project: Path) -> Reviewed:
    """Return the review of two versions, each a git ref or a folder. Raises `sources.SourceError`."""
    with (
        sources.folder_of(base, project) as (old, old_label),
        sources.folder_of(head, project) as (new, new_label),
    ):
        after = sources.read(new, new_label, stacks, [project])
        before = sources.read(old, old_label, stacks, [new, project])
    return of_sources(before, after, preview)


def of_sources(base: Source, head: Source, preview: str | None = None) -> Reviewed:
    """Return the review of two sides that are read."""
    reviews: list[StackReview] = [
        compare(stack, base.documents.get(stack), head.documents.get(stack))
        for stack in sorted(base.documents.keys() | head.documents.keys())
    ]
    findings = [finding for each in reviews for finding in each.findings]
    comment = Comment(
        base=base.label,
        head=head.label,
        reviews=reviews,
        decision=due(findings, head.decisions - base.decisions),
        notes=[source.note for source in (base, head) if source.note],
        preview=preview,
    )
    return Reviewed(comment, frozenset(finding.kind.name for finding in findings))


def unknown_kinds(names: Collection[str]) -> list[str]:
    """Return the names that are no kinds of findings."""
    return [name for name in names if name not in KINDS]
