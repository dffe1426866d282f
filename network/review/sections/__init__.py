"""The parts of a review, one module each: what a change does to one aspect of the platform."""

from collections.abc import Callable
from dataclasses import dataclass

from network.review.kinds import Finding, Weight
from network.review.side import Side


@dataclass(frozen=True)
class Section:
    """One part of a review."""

    title: str
    findings: tuple[Finding, ...] = ()
    details: str = ""
    """Tables in Markdown, shown when the reader opens them."""

    @property
    def weight(self) -> Weight:
        """Of the worst finding."""
        return max((finding.kind.weight for finding in self.findings), default=Weight.NOTE)


Compare = Callable[[Side, Side], Section]
