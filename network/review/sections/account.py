"""What two stacks of the project both take in their account or in the DNS."""

from collections.abc import Iterator, Mapping

from network.plan.claims import Claim, collisions
from network.review import kinds
from network.review.document import Document
from network.review.kinds import Finding
from network.review.markdown import code
from network.review.sections import Section

Collided = tuple[str, str, str]
"""Where a stack takes something, what, and the other stack."""


def compare(stack: str, base: Mapping[str, Document], head: Mapping[str, Document]) -> Section:
    """Return what a stack of the head takes that another takes too, unless that was so before."""
    before = {where for where, _ in _collisions(stack, base)}
    findings = tuple(finding for where, finding in _collisions(stack, head) if where not in before)
    return Section("Other stacks", findings, "")


def _collisions(stack: str, documents: Mapping[str, Document]) -> Iterator[tuple[Collided, Finding]]:
    taken = {name: _claims(document) for name, document in documents.items()}
    places = {
        (each["kind"], each["value"]): each["where"] for each in documents.get(stack, {}).get("claims", [])
    }
    if stack not in taken:
        return
    for each in collisions(stack, taken):
        where = places[each.claim.kind, each.claim.value]
        text = (
            f"**{code(where)} {code(each.claim.value)} collides with {code(each.other.value)} of stack "
            f"{code(each.stack)}**: {each.reason}. Fix: {each.fix}."
        )
        yield (where, each.claim.value, each.stack), Finding(kinds.STACKS_COLLIDE, text)


def _claims(document: Document) -> tuple[Claim, ...]:
    """Return what a plan claims; nothing if its stack file is refused, or if its code does not tell."""
    return tuple(
        Claim(each["kind"], each["value"], (), each["account"]) for each in document.get("claims", [])
    )
