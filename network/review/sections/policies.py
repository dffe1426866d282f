"""What the policies really allow: computed for both sides, whatever the flows say."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_network

from network.reachability.errors import UnreadableClusterError
from network.review import kinds
from network.review.kinds import Finding, Kind
from network.review.markdown import code, codes, table
from network.review.reachable import Connection, Reachable
from network.review.sections import Section
from network.review.side import Side

TITLE = "What policies allow"
MOST = 5
"""Peers that a finding names; the table has all."""


def compare(base: Side, head: Side) -> Section:
    """Return where policies and flows disagree since this change, and pods that are exposed by it."""
    try:
        before, after = Reachable(base), Reachable(head)
    except UnreadableClusterError as error:
        return Section(
            TITLE, (Finding(kinds.POLICY_UNREAD, f"The policies cannot be analysed: {code(error)}."),)
        )
    findings = [
        Finding(
            kinds.FLOW_CUT,
            f"**The policies forbid flow {code(name)}**, or a part of it ({code(after.cut[name].reason)}).",
        )
        for name in sorted(after.cut.keys() - before.cut.keys())
    ]
    extra = sorted(after.undeclared - before.undeclared)
    findings += _undeclared(extra)
    findings += _ranges_of_nodes(base, head)
    findings += _exposed(
        before.internet_facing, after.internet_facing, kinds.OPENED_TO_INTERNET, "addresses of the internet"
    )
    findings += _exposed(
        before.cluster_wide, after.cluster_wide, kinds.OPENED_CLUSTER_WIDE, "any pod of the cluster"
    )
    rows = [
        (codes(sources, len(extra)), codes(destinations, len(extra)), code(ports))
        for sources, destinations, ports in _grouped(extra)
    ]
    return Section(TITLE, tuple(findings), table(("no flow asks for: from", "to", "ports"), rows))


def _undeclared(extra: list[Connection]) -> Iterator[Finding]:
    for sources, destinations, ports in _grouped(extra):
        yield Finding(
            kinds.OPENED_WITHOUT_FLOW,
            f"Policies let {codes(sources, MOST)} connect to {codes(destinations, MOST)} on {code(ports)}: "
            "no flow asks for it.",
        )


def _grouped(extra: list[Connection]) -> Iterator[tuple[list[str], list[str], str]]:
    """Yield sources, destinations and ports, so that what behaves alike is told once."""
    by_destination: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in extra:
        by_destination[each.destination, each.ports].append(each.source)
    alike: defaultdict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
    for (destination, ports), sources in by_destination.items():
        alike[tuple(sources), ports].append(destination)
    for (sources, ports), destinations in alike.items():
        yield list(sources), destinations, ports


def _ranges_of_nodes(base: Side, head: Side) -> Iterator[Finding]:
    """Yield declared ranges inside the VPC, which Cilium matches against no node."""
    vpc = head.document.get("addresses", {}).get("vpc")
    if head.cni != "cilium" or vpc is None:
        return
    for name, flow in head.flows.items():
        for end in (flow["source"], flow["destination"]):
            inside = (
                "range" in end and end["range"] != vpc and ip_network(end["range"]).overlaps(ip_network(vpc))
            )
            if inside and name not in base.flows:
                yield Finding(
                    kinds.POLICY_LINT,
                    f"{code(end['range'])} of flow {code(name)} lies in the VPC: under Cilium a range "
                    "matches other machines there, but neither nodes nor pods.",
                )


def _exposed(before: Mapping[str, str], after: Mapping[str, str], kind: Kind, who: str) -> Iterator[Finding]:
    for name in sorted(after):
        if after[name] != before.get(name):
            yield Finding(kind, f"**Policies let {who} reach {code(name)}** on {code(after[name])}.")
