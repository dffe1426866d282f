"""Verdicts of Cilium's policies, in the forms in which its tools print them.

`cilium-dbg monitor --type policy-verdict` (pkg/monitor/datapath_policy.go), and `hubble observe` as compact
lines, as JSON of its protocol (jsonpb) and as JSON of the flow alone (hubble/pkg/printer).
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["egress", "ingress"]
Outcome = Literal["declared", "undeclared", "cut"]

_MONITOR = re.compile(
    r"Policy verdict log: .*?, (?P<direction>egress|ingress), action (?P<action>\w+), "
    r".*?match (?P<match>[\w-]+), (?P<rest>.*)"
)
_ENDS = re.compile(
    r"\[?(?P<source>[0-9a-f.:]+?)\]?:\d+ -> \[?(?P<destination>[0-9a-f.:]+?)\]?:(?P<port>\d{1,5}) "
    r"(?P<protocol>tcp|udp|sctp)\b"
)
_COMPACT = re.compile(
    r": (?P<source>\S+?)(?: \([^)]*\))* (?P<arrow>->|<-|<>) (?P<destination>\S+?)(?: \([^)]*\))* "
    r"policy-verdict:(?P<match>[\w-]+) (?P<direction>EGRESS|INGRESS) "
    r"(?P<action>ALLOWED|DENIED|AUDITED|FORWARDED|DROPPED|REDIRECTED|AUDIT)\b.*?\((?P<protocol>TCP|UDP|SCTP|ICMP)"
)
_PORT = re.compile(r"\[?(?P<end>.+?)\]?:(?P<port>\d{1,5})")
_POLICY_VERDICT = 5
"""Type of these events among Cilium's (pkg/monitor/api: MessageTypePolicyVerdict)."""
_MATCHES = {0: "none", 1: "L3-Only", 2: "L3-L4", 3: "L4-Only", 4: "all", 5: "L3-Proto", 6: "Proto-Only"}
"""By number (pkg/monitor: PolicyMatchType)."""
API_SERVER, NODES = "kube-apiserver", "nodes"
_RESERVED = {
    "reserved:kube-apiserver": API_SERVER,
    "reserved:host": NODES,
    "reserved:remote-node": NODES,
}
"""What Cilium tells by labels instead of addresses; the API server may stand on a node."""
_AUDITED = ("audit", "audited")
_CUT = ("deny", "denied", "dropped")


@dataclass(frozen=True, order=True)
class Undeclared:
    """A kind of connection that no flow declares."""

    direction: Direction
    """Which end's policies would cut it: the source's, or the destination's."""
    source: str
    destination: str
    port: int
    protocol: str


@dataclass(frozen=True)
class Verdict:
    """What Cilium said about one connection."""

    outcome: Outcome
    connection: Undeclared | None
    """None of protocols that have no ports."""


def of_line(line: str) -> Verdict | None:
    """Return the verdict that a line is, None if it is none."""
    if line.lstrip().startswith("{"):
        return _of_json(line)
    if monitor := _MONITOR.search(line):
        direction: Direction = "egress" if monitor["direction"] == "egress" else "ingress"
        ends = _ENDS.search(monitor["rest"])
        connection = (
            Undeclared(
                direction, ends["source"], ends["destination"], int(ends["port"]), ends["protocol"].upper()
            )
            if ends
            else None
        )
        return Verdict(_outcome(monitor["action"], monitor["match"]), connection)
    if compact := _COMPACT.search(line):
        return _of_compact(compact)
    return None


def _outcome(action: str, match: str) -> Outcome:
    if action.lower() in _CUT:
        return "cut"
    return "undeclared" if match == "all" or action.lower() in _AUDITED else "declared"


def _of_compact(found: re.Match[str]) -> Verdict:
    ends = [found["source"], found["destination"]]
    if found["arrow"] == "<-":
        ends.reverse()
    source, destination = _PORT.fullmatch(ends[0]), _PORT.fullmatch(ends[1])
    direction: Direction = "egress" if found["direction"] == "EGRESS" else "ingress"
    connection = (
        Undeclared(direction, source["end"], destination["end"], int(destination["port"]), found["protocol"])
        if source and destination
        else None
    )
    return Verdict(_outcome(found["action"], found["match"]), connection)


def _of_json(line: str) -> Verdict | None:
    try:
        document: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    flow = document.get("flow", document) if isinstance(document, dict) else None
    event = flow.get("event_type") if isinstance(flow, dict) else None
    if not isinstance(flow, dict) or not isinstance(event, dict) or event.get("type") != _POLICY_VERDICT:
        return None
    kind = flow.get("policy_match_type", 0)
    match = _MATCHES.get(kind, "none") if isinstance(kind, int) else "none"
    return Verdict(_outcome(str(flow.get("verdict", "")), match), _connection(flow))


def _connection(flow: dict[str, Any]) -> Undeclared | None:
    direction: Direction = "egress" if flow.get("traffic_direction") == "EGRESS" else "ingress"
    transport, addresses = flow.get("l4"), flow.get("IP")
    if not isinstance(transport, dict) or not isinstance(addresses, dict):
        return None
    for protocol in ("TCP", "UDP", "SCTP"):
        ports = transport.get(protocol)
        if isinstance(ports, dict) and _is_port(ports.get("destination_port")):
            source, destination = (_end(flow, side, addresses) for side in ("source", "destination"))
            return Undeclared(direction, source, destination, ports["destination_port"], protocol)
    return None


def _is_port(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**16


def _end(flow: dict[str, Any], side: str, addresses: dict[str, Any]) -> str:
    """Return what makes the pods there, else the pod, else what has no address of its own, else the name that
    was resolved to reach it, else the address: on one line, whatever somebody's names hold."""
    return "".join(each if each.isprintable() else "?" for each in _name(flow, side, addresses))


def _name(flow: dict[str, Any], side: str, addresses: dict[str, Any]) -> str:
    end = flow.get(side)
    labels = end.get("labels") if isinstance(end, dict) else None
    if isinstance(labels, list):
        reserved = next((name for label, name in _RESERVED.items() if label in labels), None)
        if reserved is not None:
            return reserved
    if isinstance(end, dict) and end.get("namespace"):
        workloads = end.get("workloads")
        if (
            isinstance(workloads, list)
            and workloads
            and isinstance(workloads[0], dict)
            and workloads[0].get("name")
        ):
            return f"{end['namespace']}/{workloads[0]['name']}"
        if end.get("pod_name"):
            return f"{end['namespace']}/{end['pod_name']}"
    names = flow.get(f"{side}_names")
    if isinstance(names, list) and names and isinstance(names[0], str):
        return names[0]
    return str(addresses.get(side, "?"))
