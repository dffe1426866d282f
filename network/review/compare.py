"""One stack's review: every section over the two sides, in the order of the worst finding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from network.review import kinds
from network.review.document import Document
from network.review.kinds import Finding, Kind, Weight
from network.review.markdown import code, codes, counted
from network.review.sections import (
    Compare,
    Section,
    addresses,
    capacity,
    certificates,
    connections,
    entry_points,
    exposure,
    global_entry,
    headroom,
    objects,
    policies,
    resources,
    routes,
    values,
    volumes,
    vpn,
    watching,
    ways_out,
)
from network.review.side import Side

SECTIONS: Mapping[Compare, tuple[str, ...]] = {
    resources.compare: ("resources",),
    exposure.compare: ("resources", "releases", "objects"),
    vpn.compare: ("config",),
    connections.compare: ("flows", "objects"),
    ways_out.compare: ("config", "flows"),
    policies.compare: ("flows", "objects"),
    routes.compare: ("objects", "releases"),
    entry_points.compare: ("objects", "releases"),
    certificates.compare: ("objects",),
    addresses.compare: ("addresses",),
    watching.compare: ("config", "objects", "alerts"),
    capacity.compare: ("addresses", "releases", "objects"),
    headroom.compare: ("limits", "charges", "monthly"),
    volumes.compare: ("volumes",),
    values.compare_defaults: ("config", "given"),
    values.compare_settings: ("given", "secrets"),
    objects.compare: ("objects", "releases"),
}
"""With the parts of a document that each compares, in the order in which sections of the same weight stand in
the comment."""


@dataclass(frozen=True)
class StackReview:
    """What a change does to one stack."""

    stack: str
    sections: tuple[Section, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the heaviest first."""
        found = [finding for section in self.sections for finding in section.findings]
        return tuple(sorted(found, key=lambda finding: -finding.kind.weight))

    def among(self, others: Section) -> "StackReview":
        """Return the review with a section about the other stacks."""
        sections = sorted((*self.sections, others), key=lambda section: -section.weight)
        return replace(self, sections=tuple(sections))

    def of(self, weight: Weight) -> list[Finding]:
        """Return the findings of a weight."""
        return [finding for finding in self.findings if finding.kind.weight is weight]


def compare(stack: str, base: Document | None, head: Document | None) -> StackReview:
    """Return the review of one stack; None is a side that does not have it."""
    if head is None:
        text = "The stack file is gone. What the stack made stays in the account, unmanaged."
        return StackReview(stack, (_said(kinds.STACK_REMOVED, text),))
    if "entry" in head:
        return StackReview(stack, (global_entry.compare(base, head),))
    if "config" not in head:
        return StackReview(stack, (_refused(head),))
    if base is None:
        text = f"A new environment: {_summary(head)}. There is nothing to compare it with."
        return StackReview(stack, (_said(kinds.STACK_ADDED, text),))
    if "config" not in base:
        known = counted(len(base.get("problems", [])), "problem")
        text = (
            f"The base's own stack file is refused ({known}), so there is nothing to compare with. "
            f"This change makes it valid: {_summary(head)}."
        )
        return StackReview(stack, (_said(kinds.UNKNOWN_BASE, text, _problems(base)),))
    sides = Side(base), Side(head)
    sections = [
        *_not_told(base),
        *(section(*sides) for section, parts in SECTIONS.items() if base.keys() >= set(parts)),
    ]
    return StackReview(stack, tuple(sorted(sections, key=lambda section: -section.weight)))


def _said(kind: Kind, text: str, details: str = "") -> Section:
    return Section("Stack", (Finding(kind, text),), details)


def _not_told(base: Document) -> Iterator[Section]:
    """Yield which parts an older version of the code does not tell; their sections are left out."""
    absent = sorted({part for parts in SECTIONS.values() for part in parts if part not in base})
    if absent:
        text = f"The base's version of the code does not tell {codes(absent)}, so these are not compared."
        yield _said(kinds.UNKNOWN_BASE, text)


def _refused(head: Document) -> Section:
    problems = head.get("problems", [])
    return Section(
        "Stack file",
        tuple(
            Finding(
                kinds.INVALID,
                f"line {each['line']}, {code(each['where'])}: "
                f"{_ended(each['rule'])} Fix: {_ended(each['fix'])}",
            )
            for each in problems
        )
        or (Finding(kinds.INVALID, "The stack file is refused."),),
    )


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def _problems(document: Document) -> str:
    lines = [
        f"- line {each['line']}, {code(each['where'])}: {each['rule']}"
        for each in document.get("problems", [])
    ]
    return "\n".join(lines)


def _summary(document: Document) -> str:
    side = Side(document)
    return ", ".join(
        (
            counted(len(side.resources), "cloud resource"),
            counted(len(side.of_kind("Namespace")), "namespace"),
            counted(len(side.flows), "flow"),
            counted(len(side.of_kind("IngressRoute")), "route"),
        )
    )
