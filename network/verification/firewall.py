"""Cloud firewalls: what one of them opens is open, so all that apply to a node count together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from network.live.cluster import Object
from network.live.finding import Finding
from network.plan import Plan
from network.verification.cluster import Own
from network.verification.load_balancer import KUBE_PROXY_HEALTH
from network.verification.nodes import nodes_of
from network.verification.reading import FIREWALLS, Objects, Reading
from network.verification.row import Check, Judged, both, derived, listed

OWN = Check(
    "firewall",
    "the stack's firewall lets to the nodes whom the stack file names, and applies to all of them",
    FIREWALLS,
    "`pulumi up` sets it again; find out who changed it",
)
MANAGED = Check(
    "firewall-managed",
    "the two firewalls that DigitalOcean keeps for a cluster apply to its nodes",
    FIREWALLS,
    "without them nodes are open: ask DigitalOcean; never make them by hand",
)
OTHERS = Check(
    "firewall-others",
    "no other firewall applies to the nodes: it could only open more",
    FIREWALLS,
    "declare its rules in external.firewall.inbound, and delete it",
)
OPEN = Check(
    "firewall-open",
    "none of them lets everybody to a port of the nodes: the load balancer is the only way in",
    FIREWALLS,
    "DigitalOcean opens the port of every Service of type NodePort to everybody: make it ClusterIP, or "
    'annotate it `kubernetes.digitalocean.com/firewall-managed: "false"`',
)
CHECKS = (OWN, MANAGED, OTHERS, OPEN)

_EVERYBODY = {"0.0.0.0/0", "::/0"}
_MANAGED = 2
"""Firewalls that DigitalOcean keeps for a cluster (docs/facts/digitalocean.md#firewalls-and-tags)."""


@dataclass(frozen=True)
class _Applying:
    """What applies to the nodes of a cluster."""

    own: Objects
    """Of the name that the stack's has."""
    managed: Objects
    others: Objects
    tag: str
    """Of every node."""


def findings(plan: Plan, reading: Reading, it: Own, passes_packets: bool) -> Iterator[Finding]:
    """Yield the rows of firewalls. `passes_packets`: the load balancer leaves the check of nodes open."""
    planned = plan.external.firewall
    name = planned.name if planned else ""
    applying = derived(both(reading.firewalls, it.cluster), lambda pair: _applying(*pair, name))
    if planned is not None:
        rules = sorted(map(_planned, planned.arguments["inbound_rules"]))
        yield OWN.row(f"firewall {name}", listed(rules), "external.firewall.inbound").judge(
            applying, lambda seen: _own(rules, seen)
        )
    nodes = f"nodes of {it.name}"
    yield MANAGED.row(nodes, f"{_MANAGED} of them").judge(
        applying,
        lambda seen: Judged(
            listed(sorted(each["name"] for each in seen.managed)), len(seen.managed) == _MANAGED
        ),
    )
    yield OTHERS.row(nodes, "none", "external.firewall").none(
        applying, lambda seen: [each["name"] for each in seen.others]
    )
    yield OPEN.row(nodes, "nothing is open to everybody", "external.firewall.inbound").none(
        applying, lambda seen: _open(seen, passes_packets)
    )


def _applying(firewalls: Objects, cluster: Object, name: str) -> _Applying:
    mark = f"k8s:{cluster['id']}"
    tags = {mark, *(tag for pool in cluster["node_pools"] for tag in pool.get("tags") or ())}
    droplets = {str(node["droplet_id"]) for node in nodes_of(cluster)}
    here = [
        each
        for each in firewalls
        if each["name"] == name
        or tags & set(each.get("tags") or ())
        or droplets & set(map(str, each.get("droplet_ids") or ()))
    ]
    own = [each for each in here if each["name"] == name]
    # By a rule of its own DigitalOcean names nobody's firewall so.
    managed = [each for each in here if each["name"].startswith("k8s-") and cluster["id"] in each["name"]]
    return _Applying(own, managed, [each for each in here if each not in (*own, *managed)], mark)


def _own(rules: list[str], seen: _Applying) -> Judged:
    if len(seen.own) != 1:
        return Judged(f"{len(seen.own)} of this name" if seen.own else "none of this name", False)
    found = sorted(map(_found, seen.own[0]["inbound_rules"] or ()))
    applies = seen.tag in (seen.own[0].get("tags") or ())
    told = listed(found) + ("" if applies else f", to others than {seen.tag}")
    return Judged(told, found == rules and applies)


def _planned(rule: Mapping[str, Any]) -> str:
    return _told(rule["protocol"], rule.get("port_range", ""), rule["source_addresses"])


def _found(rule: Mapping[str, Any]) -> str:
    sources = rule.get("sources") or {}
    others = [
        f"{kind} {each}" for kind, given in sources.items() if kind != "addresses" for each in given or ()
    ]
    ports = "" if rule["protocol"] == "icmp" else str(rule.get("ports") or "all")
    return _told(rule["protocol"], ports, [*(sources.get("addresses") or ()), *others])


def _told(protocol: str, ports: str, sources: list[str]) -> str:
    return f"{protocol}{f' {ports}' if ports else ''} from {' '.join(sorted(sources))}"


def _open(seen: _Applying, passes_packets: bool) -> Iterator[str]:
    for firewall in (*seen.own, *seen.managed, *seen.others):
        for rule in firewall["inbound_rules"] or ():
            ports = str(rule.get("ports") or "all")
            documented = passes_packets and ports == str(KUBE_PROXY_HEALTH)
            addresses = set((rule.get("sources") or {}).get("addresses") or ())
            if rule["protocol"] != "icmp" and addresses & _EVERYBODY and not documented:
                yield f"{rule['protocol']} {ports} by {firewall['name']}"
