"""Connections that open and close, each with the flow that asks for it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from network.review import kinds
from network.review.document import Document, port_of
from network.review.kinds import Finding
from network.review.markdown import change, code, codes, counted, table
from network.review.sections import Section
from network.review.side import Side

Connection = tuple[str, str, str]
"""Source, destination and port, as a reader knows them."""

DNS_PORT = 53
EVERY_POD = "*"
"""Stands for the pods of a namespace when a flow selects no labels."""
UNOWNED = ("kube-system",)
"""Namespaces that flows lead to and that no stack declares."""


def compare(base: Side, head: Side) -> Section:
    """Return which declared connections come and go, and pods that are selected by other labels."""
    old, new = _connections(base), _connections(head)
    opened = {each: flows for each, flows in new.items() if each not in old}
    closed = {each: flows for each, flows in old.items() if each not in new}
    rows = [*_rows("**opened**", opened), *_rows("**closed**", closed)]
    ended = {each: flows for each, flows in closed.items() if _ends(head, each)}
    cut = _without_dns(base, head)
    lost = {
        each: flows
        for each, flows in closed.items()
        if each not in ended and not (cut and all(map(_is_dns, flows)))  # told as a whole
    }
    findings = [
        *cut,
        *_selected_otherwise(base, head),
        *(
            finding
            for kind in (kinds.OPENED_OUTSIDE, kinds.CONNECTION_OPENED)
            for finding in _grouped(
                kind,
                "may now connect to",
                {each: flows for each, flows in opened.items() if opening(flows[0]) is kind},
            )
        ),
        *_grouped(kinds.CONNECTION_CLOSED, "may no longer connect to", lost),
    ]
    if ended:
        gone = sorted({end for each in ended for end in each[:2] if _is_gone(head, end)})
        text = f"With {codes(gone)} {counted(len(ended), 'declared connection')} go as well."
        findings.append(Finding(kinds.CONNECTION_CLOSED, text))
    findings += _reasons(base, head)
    return Section("Connections", tuple(findings), table(("", "from", "to", "port", "flow", "reason"), rows))


def opening(flow: Document) -> kinds.Kind:
    """Return the kind of finding that it is when a flow becomes possible."""
    ends: tuple[Document, ...] = (flow["source"], flow["destination"])
    outside = any("range" in end or "host" in end or end.get("entity") == "world" for end in ends)
    return kinds.OPENED_OUTSIDE if outside else kinds.CONNECTION_OPENED


def _ends(head: Side, connection: Connection) -> bool:
    """Say whether a connection goes because one of its ends does."""
    return any(_is_gone(head, end) for end in connection[:2])


def _is_gone(head: Side, end: str) -> bool:
    namespace, slash, name = end.partition("/")
    if not slash or "." in namespace:
        return False  # an entity, a host or a range
    if ("", namespace) not in head.of_kind("Namespace"):
        return namespace not in UNOWNED
    return name != EVERY_POD and end not in _pods(head)


def _connections(side: Side) -> dict[Connection, list[Document]]:
    found: defaultdict[Connection, list[Document]] = defaultdict(list)
    for flow in side.flows:
        for port in flow["ports"]:
            ends = peer(flow["source"]), peer(flow["destination"])
            found[*ends, str(port_of(port))].append(flow)
    return dict(found)


def peer(end: Document) -> str:
    """Return one end of a flow in words."""
    if "namespace" in end:
        return f"{end['namespace']}/{end['name'] if end['labels'] else EVERY_POD}"
    return end.get("entity") or end.get("range") or end.get("host") or "?"


def _rows(what: str, connections: dict[Connection, list[Document]]) -> Iterator[Sequence[str]]:
    for (source, destination, port), flows in connections.items():
        names, reasons = codes(each["name"] for each in flows), codes(each["reason"] for each in flows)
        yield what, code(source), code(destination), code(port), names, reasons


def _grouped(kind: kinds.Kind, verb: str, connections: dict[Connection, list[Document]]) -> Iterator[Finding]:
    """Yield one finding for all ports between the same two."""
    pairs: defaultdict[tuple[str, str], list[tuple[str, list[Document]]]] = defaultdict(list)
    for (source, destination, port), flows in connections.items():
        pairs[source, destination].append((port, flows))
    for (source, destination), entries in pairs.items():
        flows = {flow["name"]: flow for _, each in entries for flow in each}
        asked = "; ".join(f"flow {code(name)}: {code(flow['reason'])}" for name, flow in flows.items())
        yield Finding(
            kind,
            f"{code(source)} {verb} {code(destination)} on {codes(port for port, _ in entries)} ({asked}).",
        )


def _pods(side: Side) -> dict[str, Document]:
    return {f"{each['namespace']}/{each['name']}": each for each in side.document.get("podLabels", [])}


def _without_dns(base: Side, head: Side) -> list[Finding]:
    """Return namespaces whose pods could resolve names, and no longer can though they are still there."""
    cut = sorted((_resolving(base) - _resolving(head)) & {name for _, name in head.of_kind("Namespace")})
    if not cut:
        return []
    text = (
        f"**Pods of {codes(cut)} can no longer resolve names**: no flow leads to the cluster's DNS. "
        "Nearly everything in them fails, not at once but as caches run out."
    )
    return [Finding(kinds.DNS_CUT, text)]


def _resolving(side: Side) -> set[str]:
    flows = [flow for flow in side.flows if "namespace" in flow["source"] and _is_dns(flow)]
    return {flow["source"]["namespace"] for flow in flows}


def _is_dns(flow: Document) -> bool:
    return "namespace" in flow["destination"] and any(port["port"] == DNS_PORT for port in flow["ports"])


def _selected_otherwise(base: Side, head: Side) -> Iterator[Finding]:
    for name, before in _pods(base).items():
        after = _pods(head).get(name)
        if after is not None and after["labels"] != before["labels"]:
            yield Finding(
                kinds.SELECTOR_CHANGED,
                f"**{code(name)} is selected by other labels**, "
                f"{change(_labels(before), _labels(after))}: "
                "pods with the old ones lose their Service, their routes and all policies but the default "
                "deny. First roll out pods that carry both.",
            )


def _labels(pods: Document) -> str:
    labels: dict[str, Any] = pods["labels"]
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _reasons(base: Side, head: Side) -> Iterator[Finding]:
    later = {flow["name"]: flow for flow in head.flows}
    for before in base.flows:
        name, after = before["name"], later.get(before["name"])
        if after is not None and after["reason"] != before["reason"]:
            yield Finding(
                kinds.SETTING_CHANGED,
                f"Flow {code(name)}: reason {change(before['reason'], after['reason'])}.",
            )
