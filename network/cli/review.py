"""`network review`: what a change does, as one comment."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from network.review import sources
from network.review.comment import Comment
from network.review.compare import StackReview, compare
from network.review.decisions import due
from network.review.kinds import KINDS
from network.review.sections import account
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
        after = sources.read(new, new_label, [project])
        before = sources.read(old, old_label, [new, project])
    _refuse_unknown(stacks, before, after)
    return of_sources(before, after, preview, stacks)


def _refuse_unknown(stacks: list[str], base: Source, head: Source) -> None:
    """Raise `sources.SourceError` for a stack that neither side has: its review would be empty."""
    known = sorted(base.documents.keys() | head.documents.keys())
    if not known:
        raise sources.SourceError(
            f"neither {base.label} nor {head.label} has a stack file Pulumi.<stack>.yaml"
        )
    if unknown := [stack for stack in stacks if stack not in known]:
        raise sources.SourceError(
            f"no stack is called {', '.join(unknown)} in {base.label} or {head.label}; "
            f"there are: {', '.join(known)}"
        )


def of_sources(
    base: Source, head: Source, preview: str | None = None, stacks: Collection[str] = ()
) -> Reviewed:
    """Return the review of two sides that are read, of the named stacks or of all."""
    reviews: list[StackReview] = [
        compare(stack, base.documents.get(stack), head.documents.get(stack)).among(
            account.compare(stack, base.documents, head.documents)
        )
        for stack in sorted(base.documents.keys() | head.documents.keys())
        if not stacks or stack in stacks
    ]
    findings = {each.stack: each.findings for each in reviews}
    comment = Comment(
        base=base.label,
        head=head.label,
        reviews=reviews,
        decision=due(findings, base.decisions, head.decisions),
        notes=[source.note for source in (base, head) if source.note],
        preview=preview,
    )
    return Reviewed(comment, frozenset(finding.kind.name for found in findings.values() for finding in found))


def unknown_kinds(names: Collection[str]) -> list[str]:
    """Return the names that are no kinds of findings."""
    return [name for name in names if name not in KINDS]
