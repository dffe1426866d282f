"""What the policies really allow: computed for both sides, whatever the flows say."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from network.reachability import lints
from network.reachability.compare import Both, Change
from network.reachability.errors import UnreadableClusterError
from network.reachability.lints import Lint
from network.reachability.names import name_of
from network.review import kinds, reachable
from network.review.kinds import Finding, Kind
from network.review.markdown import code, codes, table
from network.review.reachable import Reachable
from network.review.sections import Section
from network.review.sections.connections import opening
from network.review.side import Side

TITLE = "What policies allow"
MOST = 5
"""Names that a finding lists; the table has more."""
MOST_IN_TABLE = 30
"""Names that a cell of the table lists."""

Row = Sequence[str]


def compare(base: Side, head: Side) -> Section:
    """Return where policies and flows disagree since this change, and pods that are exposed by it."""
    try:
        before, after = reachable.of(base, head)
    except UnreadableClusterError as error:
        return Section(
            TITLE, (Finding(kinds.POLICY_UNREAD, f"The policies cannot be analysed: {code(error)}."),)
        )
    cut = [name for name in sorted(after.cut) if name not in before.cut]
    declared = {flow["name"]: flow for flow in head.flows}
    restored = [name for name in sorted(before.cut) if name in declared and name not in after.cut]
    undeclared = reachable.difference(before, after)
    ours = before.declared | after.declared
    suspicions = lints.without(after.lints, before.lints)
    answered = lints.without(before.lints, after.lints)
    findings = (
        *_cut(after, cut),
        *(
            Finding(opening(declared[name]), f"The policies now allow flow {code(name)}, and did not before.")
            for name in restored
        ),
        *_changed(kinds.OPENED_WITHOUT_FLOW, "Policies let", after, undeclared.opened),
        *_changed(kinds.CONNECTION_CLOSED, "Policies no longer let", before, undeclared.closed),
        *_exposed(
            kinds.OPENED_TO_INTERNET,
            "addresses of the internet",
            before.internet_facing,
            _within(ours, after.internet_facing),
        ),
        *_exposed(
            kinds.OPENED_CLUSTER_WIDE,
            "any pod of the cluster",
            before.cluster_wide,
            _within(ours, after.cluster_wide),
        ),
        *_suspicious(suspicions),
    )
    connections = (
        *_rows_of_cut(after, cut),
        *_rows("**opened**", after, undeclared.opened),
        *_rows("**closed**", before, undeclared.closed),
    )
    tables = (
        table(("", "from", "to", "ports", "flow that asks for it"), connections),
        table(
            ("", "suspicion", "where", "what"),
            (*_rows_of_lints("**new**", suspicions), *_rows_of_lints("gone", answered)),
        ),
    )
    return Section(TITLE, findings, "\n\n".join(filter(None, tables)))


def _cut(after: Reachable, names: Sequence[str]) -> Iterator[Finding]:
    if len(names) > MOST:
        text = f"**The policies forbid {len(names)} flows**, or parts of them: {codes(names, MOST)}."
        yield Finding(kinds.FLOW_CUT, text)
        return
    for name in names:
        reason = code(after.cut[name].flow.reason)
        text = f"**The policies forbid flow {code(name)}**, or a part of it ({reason})."
        yield Finding(kinds.FLOW_CUT, text)


def _rows_of_cut(after: Reachable, names: Iterable[str]) -> Iterator[Row]:
    for name in names:
        for row in after.cut[name].rows:
            yield (
                "**forbidden**",
                codes(after.names(row.sources), MOST_IN_TABLE),
                codes(after.names(row.destinations), MOST_IN_TABLE),
                code(str(row.ports)),
                code(name),
            )


def _changed(kind: Kind, what: str, side: Reachable, changes: Iterable[Change]) -> Iterator[Finding]:
    for each in changes:
        ends = [codes(_names(side, peers), MOST) for peers in (each.sources, each.destinations)]
        text = f"{what} {ends[0]} connect to {ends[1]} on {code(str(each.ports))}: no flow asks for it."
        yield Finding(kind, text)


def _rows(what: str, side: Reachable, changes: Iterable[Change]) -> Iterator[Row]:
    for each in changes:
        ends = [codes(_names(side, peers), MOST_IN_TABLE) for peers in (each.sources, each.destinations)]
        yield what, *ends, code(str(each.ports)), "none"


def _names(side: Reachable, peers: Iterable[Both]) -> list[str]:
    return sorted({name_of(each.peer, side.reachability.cluster) for each in peers})


def _exposed(kind: Kind, who: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Finding]:
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(after):
        if after[name] != before.get(name):
            alike[after[name]].append(name)
    for ports, names in alike.items():
        yield Finding(kind, f"**Policies let {who} reach {codes(names)}** on {code(ports)}.")


def _within(namespaces: Collection[str], exposed: Mapping[str, str]) -> dict[str, str]:
    """Return the pods of some namespaces: those of somebody else's are as open as they were before a flow
    named them."""
    return {name: ports for name, ports in exposed.items() if name.partition("/")[0] in namespaces}


def _suspicious(suspicions: Iterable[Lint]) -> Iterator[Finding]:
    alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in suspicions:
        alike[each.kind, each.text].append(each.subject)
    for (kind, text), subjects in alike.items():
        yield Finding(kinds.POLICY_LINT, f"{codes(subjects, MOST)}: {code(text)} (`{kind}`).")


def _rows_of_lints(what: str, suspicions: Iterable[Lint]) -> Iterator[Row]:
    for each in suspicions:
        yield what, f"`{each.kind}`", code(each.subject), code(each.text)
