"""By whose public address connections leave, which others may have on their lists (EXT-4)."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

from network.plan.egress import way_out
from network.review import kinds
from network.review.kinds import Finding
from network.review.markdown import change, code, codes, table
from network.review.reachable import peer_of
from network.review.sections import Section
from network.review.sections.connections import peer
from network.review.side import Side

Connection = tuple[str, str]
"""Source and destination, as a reader knows them."""


def compare(base: Side, head: Side) -> Section:
    """Return which connections leave by another address than before."""
    old, new = _ways(base), _ways(head)
    moved = [each for each in new if each in old and old[each] != new[each]]
    findings: list[Finding] = []
    if _routed(base) != _routed(head):
        text = (
            f"Connections leave by the NAT gateway towards {change(_told(base), _told(head))}: whoever "
            "allows them by address needs the other one, and those that are open end."
        )
        if moved:
            text += f" Declared are those of {codes(sorted({source for source, _ in moved}))}."
        findings.append(Finding(kinds.EGRESS_CHANGED, text))
    rows: Sequence[Sequence[str]] = [
        (code(source), code(destination), old[source, destination], new[source, destination])
        for source, destination in moved
    ]
    return Section("Ways out", tuple(findings), table(("from", "to", "left by", "leaves by"), rows))


def _ways(side: Side) -> dict[Connection, str]:
    routed = _routed(side)
    found: dict[Connection, str] = {}
    for flow in side.flows:
        by = way_out(peer_of(flow["destination"]), routed)
        if by is not None:
            found[peer(flow["source"]), peer(flow["destination"])] = by
    return found


def _routed(side: Side) -> tuple[IPv4Network, ...]:
    gateway: Any = side.config.get("external", {}).get("natGateway")
    return tuple(map(IPv4Network, gateway["destinations"])) if gateway else ()


def _told(side: Side) -> str:
    return ", ".join(map(str, _routed(side))) or "nowhere"
