"""The meaning of NetworkPolicies, pod pair by pod pair, straight from the text of the API.

Slow and plain on purpose: nothing is shared with the analysis, which must agree with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any


@dataclass(frozen=True)
class Pod:
    namespace: str
    name: str
    labels: Mapping[str, str]
    address: str
    named_ports: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(name, protocol) -> number."""


@dataclass(frozen=True)
class World:
    """Pods, the labels of their namespaces, and policies as manifests."""

    namespaces: Mapping[str, Mapping[str, str]]
    pods: Sequence[Pod]
    policies: Sequence[Mapping[str, Any]]


Peer = Pod | str
"""A pod, or an address outside the cluster."""


def allowed(world: World, source: Peer, destination: Peer, protocol: str, port: int) -> bool:
    return _passes(world, "Egress", source, destination, destination, protocol, port) and _passes(
        world, "Ingress", destination, source, destination, protocol, port
    )


def _passes(
    world: World, direction: str, subject: Peer, peer: Peer, destination: Peer, protocol: str, port: int
) -> bool:
    if isinstance(subject, str):
        return True
    selecting = [
        policy["spec"]
        for policy in world.policies
        if policy["metadata"]["namespace"] == subject.namespace
        and matches(policy["spec"].get("podSelector") or {}, subject.labels)
        and direction in _types(policy["spec"])
    ]
    if not selecting:
        return True
    return any(
        _peer_matches(world, subject.namespace, rule.get(key), peer)
        and _port_matches(rule.get("ports"), destination, protocol, port)
        for spec in selecting
        for key, rule in _rules(spec, direction)
    )


def _rules(spec: Mapping[str, Any], direction: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if direction == "Ingress":
        yield from (("from", rule) for rule in spec.get("ingress") or [])
    else:
        yield from (("to", rule) for rule in spec.get("egress") or [])


def _types(spec: Mapping[str, Any]) -> list[str]:
    if spec.get("policyTypes"):
        return spec["policyTypes"]
    return ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def _peer_matches(world: World, namespace: str, peers: Any, peer: Peer) -> bool:
    if not peers:
        return True
    for element in peers:
        if "ipBlock" in element:
            address = ip_address(peer if isinstance(peer, str) else peer.address)
            block = element["ipBlock"]
            if address in ip_network(block["cidr"]) and not any(
                address in ip_network(excepted) for excepted in block.get("except") or []
            ):
                return True
        elif isinstance(peer, Pod):
            if "namespaceSelector" in element:
                labels = {**world.namespaces[peer.namespace], "kubernetes.io/metadata.name": peer.namespace}
                right_namespace = matches(element["namespaceSelector"], labels)
            else:
                right_namespace = peer.namespace == namespace
            if right_namespace and matches(element.get("podSelector") or {}, peer.labels):
                return True
    return False


def _port_matches(ports: Any, destination: Peer, protocol: str, port: int) -> bool:
    if not ports:
        return True
    for element in ports:
        if element.get("protocol", "TCP") != protocol:
            continue
        wanted = element.get("port")
        if wanted is None:
            return True
        if isinstance(wanted, str):
            if isinstance(destination, Pod) and destination.named_ports.get((wanted, protocol)) == port:
                return True
        elif wanted <= port <= element.get("endPort", wanted):
            return True
    return False


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions") or []:
        key, operator = expression["key"], expression["operator"]
        if operator == "In" and labels.get(key) not in expression["values"]:
            return False
        if operator == "NotIn" and key in labels and labels[key] in expression["values"]:
            return False
        if operator == "Exists" and key not in labels:
            return False
        if operator == "DoesNotExist" and key in labels:
            return False
    return True
