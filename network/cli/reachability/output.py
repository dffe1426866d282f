"""What an analysis found, as text, as Markdown and as JSON."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from network import markdown
from network.cli.options import Format
from network.reachability import PeerClass, PortSet, Reachability
from network.reachability.compare import Change, compare
from network.reachability.lints import Lint, by_weight, lints, of_plan
from network.reachability.names import Named, parts
from network.reachability.point import Part

_UNKNOWN = "unknown: it depends on addresses that are not in the input"
_UNSELECTED = "no policy selects these pods: whatever others allow passes"
_NAMED = 10
"""Workloads without a policy that a line of text names."""

Listed = tuple[str, Sequence[Named], Sequence[Named], PortSet]
"""What happens (`allowed`, `unknown`, `opened`, …), sources, destinations, ports."""


def rows(found: Reachability, output: Format) -> str:
    """Return all rows; a node reaching its own pods, which nothing can forbid, is in none of them."""
    own_node = found.resolved.of_entity("own-node")
    certain = [
        ("allowed", found.members(sources), found.members(row.destinations), row.ports)
        for row in found.rows
        if (sources := row.sources & ~own_node)
    ]
    perhaps = compare(found, found.perhaps).opened if found.perhaps is not found else ()
    listed = [_listed(found, *row) for row in certain]
    listed += [_changed(found, "unknown", each) for each in perhaps]
    return _table(_sorted(listed), output, {"allowed": "", "unknown": _UNKNOWN}) or "nobody reaches anybody"


def changes(before: Reachability, after: Reachability, output: Format) -> str:
    """Return which connections open and close between two versions."""
    certain = compare(before, after)
    listed = [_changed(after, "opened", each) for each in certain.opened]
    listed += [_changed(before, "closed", each) for each in certain.closed]
    if before.perhaps is not before or after.perhaps is not after:
        perhaps = compare(before.perhaps, after.perhaps)
        known = {repr(each) for each in listed}
        for what, side, found in (("opened", after, perhaps.opened), ("closed", before, perhaps.closed)):
            listed += [
                _changed(side, f"perhaps {what}", each)
                for each in found
                if repr(_changed(side, what, each)) not in known
            ]
    told = {what: what for what, *_ in listed}
    return _table([row for row in _sorted(listed) if row[1]], output, told) or "nothing opens or closes"


def suspicions(found: Reachability, output: Format, *, planned: bool) -> str:
    """Return what in the policies is probably not meant, the gravest first, and the pods that no policy
    selects, all on one line.

    Of our own plan (`planned`), without what it does on purpose, and without pods of namespaces that are
    not the platform's.
    """
    governed = found.governed
    unselected = sorted(
        {str(each) for each in found.unselected() if not planned or each.namespace in governed}
    )
    told: list[Lint] = by_weight((of_plan if planned else lints)(found))
    if output == "json":
        listed = [{"kind": each.kind, "subject": each.subject, "text": each.text} for each in told]
        if unselected:
            listed.append({"kind": "no-policy", "subject": ", ".join(unselected), "text": _UNSELECTED})
        return _json_list(listed)
    cells = [(each.kind, each.subject, each.text) for each in told]
    if unselected:
        more = f" and {len(unselected) - _NAMED} more" if len(unselected) > _NAMED else ""
        cells.append(("no-policy", f"{', '.join(unselected[:_NAMED])}{more}", _UNSELECTED))
    if output == "markdown":
        return markdown.table(("suspicion", "where", "what"), cells)
    return "\n".join(f"{s}: {t} ({k})" for k, s, t in cells) or "nothing is suspicious"


def point(answers: Sequence[Part], output: Format) -> str:
    """Return the answers to one question."""
    if output == "json":
        return _json_list(
            {
                "source": part.source,
                "destination": part.destination,
                "ports": _port_list(part.ports),
                "verdict": part.verdict,
                "allowed": part.verdict == "allowed",
                "reasons": list(part.reasons),
            }
            for part in answers
        )
    if output == "markdown":
        return markdown.table(("answer", "why"), ((str(part), "<br>".join(part.reasons)) for part in answers))
    return "\n".join(
        line for part in answers for line in (str(part), *(f"    {each}" for each in part.reasons))
    )


def _listed(
    found: Reachability,
    what: str,
    sources: Iterable[PeerClass],
    destinations: Iterable[PeerClass],
    ports: PortSet,
) -> Listed:
    return what, parts(sources, found.cluster), parts(destinations, found.cluster), ports


def _changed(found: Reachability, what: str, change: Change) -> Listed:
    sources = (each.peer for each in change.sources if each.peer.kind != "own-node")
    return _listed(found, what, sources, (each.peer for each in change.destinations), change.ports)


def _sorted(listed: Iterable[Listed]) -> list[Listed]:
    order = ("allowed", "opened", "closed", "perhaps opened", "perhaps closed", "unknown")
    return sorted((row for row in listed if row[1]), key=lambda row: (order.index(row[0]), row[1], row[2]))


def _table(listed: Sequence[Listed], output: Format, told: dict[str, str]) -> str:
    """Return rows in a form; `told` has what is said of each kind of row, if anything."""
    if output == "json":
        return _json_list(
            {
                "change" if "opened" in what or "closed" in what else "verdict": what,
                "sources": [_json(each) for each in sources],
                "destinations": [_json(each) for each in destinations],
                "ports": _port_list(ports),
            }
            for what, sources, destinations, ports in listed
        )
    if output == "markdown":
        return markdown.table(
            ("", "from", "to", "ports"),
            ((told[what], _cell(s), _cell(d), str(ports)) for what, s, d, ports in listed),
        )
    return "\n".join(_in_words(told, *row) for row in listed)


def _in_words(
    told: dict[str, str], what: str, sources: Sequence[Named], destinations: Sequence[Named], ports: PortSet
) -> str:
    start = f"{told[what]}: " if told[what] else ""
    return f"{start}{_joined(sources)}\n    -> {_joined(destinations)}\n       {ports}"


def _joined(peers: Sequence[Named]) -> str:
    return "; ".join(map(str, peers))


def _json_list(entries: Iterable[dict[str, Any]]) -> str:
    """Return a list with an entry on each line."""
    lines = ",\n".join(map(json.dumps, entries))
    return f"[\n{lines}\n]" if lines else "[]"


def _json(named: Named) -> dict[str, Any]:
    return {"kind": named.kind, "name": named.name, "addresses": list(named.addresses)}


def _cell(peers: Sequence[Named]) -> str:
    return "<br>".join(map(str, peers))


def _port_list(allowed: PortSet) -> list[dict[str, Any]]:
    return [
        {"protocol": protocol, "first": first, "last": last} for protocol, first, last in allowed.ranges()
    ]
