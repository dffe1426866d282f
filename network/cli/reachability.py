"""`network reachability`: who reaches whom, as rows; one connection, and why."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from network.cli.check import check_file
from network.config import StackConfig
from network.plan import build
from network.reachability import Cluster, PeerClass, Reachability, Semantics, analyse, bits, expectations
from network.reachability.compare import Both, compare
from network.reachability.errors import UnreadableClusterError
from network.reachability.lints import lints, of_plan
from network.reachability.ports import PortSet
from network.reachability.read import live, plan, yaml_files
from network.reachability.read.manifests import Contents
from network.reachability.terms import NO_TERMS, Terms

Format = Literal["text", "markdown", "json"]


class UnusableInputError(Exception):
    """What was given cannot be analysed; the text says why, line by line."""


@dataclass(frozen=True)
class Read:
    """A cluster and what goes with it."""

    cluster: Cluster
    semantics: Semantics
    """What suits the cluster when nobody says otherwise."""
    apart: Terms = NO_TERMS
    """What to tell peers apart by beside the policies."""
    notes: tuple[str, ...] = ()
    """What was left out, and why that changes nothing."""


def of_stack(path: Path) -> Read:
    """Read a stack file: the cluster that its plan makes."""
    report = check_file(path)
    if report.config is None:
        raise UnusableInputError(f"{path.name} is not valid: run `network check`")
    return of_config(report.config)


def of_config(config: StackConfig) -> Read:
    """Return the cluster of a valid config."""
    planned = build(config)
    return Read(
        plan.cluster(config, planned),
        "cilium" if config.cluster.cni == "cilium" else "vanilla",
        expectations.terms(planned.flows),
    )


def of_folder(folder: Path) -> Read:
    """Read the manifests of a folder or a file; `-` is what kubectl prints, on the standard input."""
    if str(folder) == "-":
        return _read(live.read(sys.stdin.read()))
    if not folder.exists():
        raise UnusableInputError(f"{folder} does not exist")
    return _read(yaml_files.read(folder))


def _read(contents: Contents) -> Read:
    try:
        cluster = contents.cluster()
    except UnreadableClusterError as error:
        raise UnusableInputError(str(error)) from error
    notes = [f"left out {count} of kind {kind}" for kind, count in sorted(contents.skipped.items())]
    if not cluster.policies:
        notes.append("there is no policy: every pod reaches every pod")
    if not cluster.workloads:
        notes.append("there is no workload")
    cilium = any(policy.kind == "CiliumNetworkPolicy" for policy in cluster.policies)
    return Read(cluster, "cilium" if cilium else "vanilla", notes=tuple(notes))


def analysed(read: Read, semantics: Semantics | None) -> tuple[Reachability, tuple[str, ...]]:
    """Analyse what was read; also return what to note."""
    found = analyse(read.cluster, semantics or read.semantics, read.apart)
    ignored = len(read.cluster.policies) - len(found.resolved.policies)
    note = (f"{ignored} CiliumNetworkPolicies do not count under vanilla semantics",) if ignored else ()
    return found, (*read.notes, *note)


def rows(found: Reachability, output: Format) -> str:
    """Return all rows as text, a Markdown table or JSON; a node reaching its own pods is not among them."""
    listed = [
        (_names(found, row.sources), _names(found, row.destinations), row.ports) for row in _shown(found)
    ]
    listed.sort(key=lambda row: (row[0], row[1]))
    match output:
        case "json":
            return json.dumps(
                [
                    {"sources": sources, "destinations": destinations, "ports": _port_list(allowed)}
                    for sources, destinations, allowed in listed
                ],
                indent=2,
            )
        case "markdown":
            lines = ["| from | to | ports |", "|---|---|---|"]
            return "\n".join([*lines, *(f"| {_cell(s)} | {_cell(d)} | {p} |" for s, d, p in listed)])
        case "text":
            return "\n".join(f"{'; '.join(s)}\n    -> {'; '.join(d)}\n       {p}" for s, d, p in listed)


def changes(before: Reachability, after: Reachability, output: Format) -> str:
    """Return which connections open and close between two versions, in the forms of `rows`."""
    difference = compare(before, after)
    listed = [
        (what, _peers(change.sources), _peers(change.destinations), change.ports)
        for what, found in (("opened", difference.opened), ("closed", difference.closed))
        for change in found
        if [each.peer.kind for each in change.sources] != ["own-node"]
    ]
    match output:
        case "json":
            return json.dumps(
                [
                    {
                        "change": what,
                        "sources": sources,
                        "destinations": destinations,
                        "ports": _port_list(differing),
                    }
                    for what, sources, destinations, differing in listed
                ],
                indent=2,
            )
        case "markdown":
            lines = ["| | from | to | ports |", "|---|---|---|---|"]
            return "\n".join([*lines, *(f"| {w} | {_cell(s)} | {_cell(d)} | {p} |" for w, s, d, p in listed)])
        case "text":
            texts = (f"{w}: {'; '.join(s)}\n    -> {'; '.join(d)}\n       {p}" for w, s, d, p in listed)
            return "\n".join(texts) or "nothing opens or closes"


def _peers(peers: Iterable[Both]) -> list[str]:
    return sorted({str(each) for each in peers})


def suspicions(found: Reachability, output: Format, *, planned: bool) -> str:
    """Return what in the policies is probably not meant, and the pods that no policy selects.

    Of our own plan (`planned`), without what it does on purpose, and without pods of namespaces that are
    not the platform's.
    """
    governed = expectations.namespaces_with_policies(found)
    listed = [
        *((each.kind, each.subject, each.text) for each in (of_plan if planned else lints)(found)),
        *(
            ("no-policy", str(workload), "no policy selects these pods: whatever others allow passes")
            for workload in found.unselected()
            if not planned or workload.namespace in governed
        ),
    ]
    match output:
        case "json":
            return json.dumps(
                [dict(zip(("kind", "subject", "text"), each, strict=True)) for each in listed], indent=2
            )
        case "markdown":
            lines = ["| suspicion | where | what |", "|---|---|---|"]
            return "\n".join(
                [*lines, *(f"| {kind} | {subject} | {text} |" for kind, subject, text in listed)]
            )
        case "text":
            return "\n".join(f"{s}: {t} ({k})" for k, s, t in listed) or "nothing is suspicious"


def _shown(found: Reachability) -> Iterator[Any]:
    own_node = found.resolved.of_entity("own-node")
    return (row for row in found.rows if row.sources != own_node)


def _names(found: Reachability, classes: int) -> list[str]:
    return [str(each) for each in found.members(classes)]


def _cell(names: list[str]) -> str:
    return "<br>".join(names)


def _port_list(allowed: PortSet) -> list[dict[str, Any]]:
    return [
        {"protocol": protocol, "first": first, "last": last} for protocol, first, last in allowed.ranges()
    ]


def point(found: Reachability, source: str, destination: str, wanted: PortSet, output: Format) -> str:
    """Return whether every source named reaches every destination on the ports, and why or why not."""
    answers: list[dict[str, Any]] = []
    lines: list[str] = []
    for here in bits.members(peers(found, source)):
        for there in bits.members(peers(found, destination)):
            for protocol, first, last in wanted.ranges():
                answer = found.why(here, there, first, protocol)
                both = PortSet.of(protocol, first, last)
                allowed = both <= found.ports(here, there)
                what = "reaches" if allowed else "does not reach"
                lines.append(f"{answer.source} {what} {answer.destination} on {both}")
                lines += [f"    {reason}" for reason in answer.reasons]
                answers.append(
                    {
                        "source": str(answer.source),
                        "destination": str(answer.destination),
                        "ports": _port_list(both),
                        "allowed": allowed,
                        "reasons": [str(reason) for reason in answer.reasons],
                    }
                )
    return json.dumps(answers, indent=2) if output == "json" else "\n".join(lines)


def all_allowed(found: Reachability, source: str, destination: str, wanted: PortSet) -> bool:
    """Say whether every source named reaches every destination on all of the ports."""
    return all(
        wanted <= found.ports(here, there)
        for here in bits.members(peers(found, source))
        for there in bits.members(peers(found, destination))
    )


def peers(found: Reachability, name: str) -> int:
    """Return the classes of `namespace/workload`, an address, a host name, or an entity of Cilium's.

    Raises UnusableInputError if there is none.
    """
    entities = {
        "nodes": found.resolved.of_entity("other-nodes"),
        "own-node": found.resolved.of_entity("own-node"),
        "kube-apiserver": found.resolved.of_entity("kube-apiserver"),
        "world": found.resolved.of_entity("world"),
    }
    if name in entities:
        return entities[name]
    try:
        ip_address(name)
    except ValueError:
        classes = bits.of([index for index, each in enumerate(found.classes) if _is(each, name)])
    else:
        classes = found.resolved.of_address(name)
    if not classes:
        known = sorted({str(workload) for each in found.classes for workload in each.workloads})
        raise UnusableInputError(
            f"nothing is called {name}; there are {', '.join((*entities, 'addresses', *known[:30]))}"
        )
    return classes


def _is(each: PeerClass, name: str) -> bool:
    return each.host == name or any(str(workload) == name for workload in each.workloads)


def print_notes(notes: tuple[str, ...]) -> None:
    """Print notes where they do not mix with the output."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for note in notes:
        console.print(f"note: {note}", style="cyan")
