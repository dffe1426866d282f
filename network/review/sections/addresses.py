"""The address plan."""

from ipaddress import ip_network

from network.review import kinds
from network.review.differences import differences, dotted
from network.review.kinds import Finding
from network.review.markdown import ABSENT, change, code, table
from network.review.sections import Section
from network.review.side import Side

RANGES = {"vpc": "VPC (nodes)", "pods": "pods", "services": "Services"}


def compare(base: Side, head: Side) -> Section:
    """Return which ranges change and what fits in them."""
    old, new = base.document.get("addresses", {}), head.document.get("addresses", {})
    findings = [
        Finding(
            kinds.ADDRESSES_CHANGED,
            f"Range of {title}: {change(old[key], new[key])}{_relation(old[key], new[key])}.",
        )
        for key, title in RANGES.items()
        if key in old and key in new and old[key] != new[key]
    ]
    for path, before, after in differences(old.get("others", {}), new.get("others", {})):
        if before is ABSENT:
            text = f"Range {code(after)} of {code(dotted(path))} is kept free from now on."
        elif after is ABSENT:
            text = (
                f"Range {code(before)} of {code(dotted(path))} is no longer kept free: overlaps pass unseen."
            )
        else:
            text = f"Range of {code(dotted(path))} to stay apart from: {change(before, after)}."
        findings.append(Finding(kinds.ADDRESSES_CHANGED, text))
    rows = [
        (code(dotted(path)), code(before), code(after))
        for path, before, after in differences(old, new)
        if path[0] in (*RANGES, "others")
    ]
    return Section("Address plan", tuple(findings), table(("what", "before", "after"), rows))


def _relation(before: str, after: str) -> str:
    old, new = ip_network(before), ip_network(after)
    if old.version == new.version and old.overlaps(new):
        return ", which overlap"
    return ""
