"""What only CiliumNetworkPolicies can say: entities and host names (NET-4, POL-4).

Under Cilium an `ipBlock` matches neither pods nor nodes nor, perhaps, the API server; these have
identities instead. HTTP rules are never made: DNS is the only protocol that Cilium's agent reads
itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Port, Range
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.peers import DNS
from network.plan.policies.grouping import Group, Side, grouped

ENTITIES: Mapping[str, Sequence[str]] = {
    "kube-apiserver": ["kube-apiserver"],
    "nodes": ["host", "remote-node"],
    "world": ["world"],
}

OBSERVED_DNS: Mapping[str, Any] = {
    "toEndpoints": [
        {
            "matchLabels": {
                "k8s:io.kubernetes.pod.namespace": "kube-system",
                "k8s:k8s-app": "kube-dns",
            }
        }
    ],
    "toPorts": [
        {
            "ports": [{"port": "53", "protocol": "UDP"}, {"port": "53", "protocol": "TCP"}],
            "rules": {"dns": [{"matchPattern": "*"}]},
        }
    ],
}
"""Lets Cilium read the answers of cluster DNS: it knows a host name's addresses only from these."""


def needs_cilium(peer: Peer) -> bool:
    """Whether a plain NetworkPolicy cannot express this peer under Cilium."""
    return isinstance(peer, Entity | Host)


def cilium_policy(
    pods: Pods,
    incoming: Sequence[Flow],
    outgoing: Sequence[Flow],
    annotations: Mapping[str, str],
) -> Manifest:
    """Return a policy that adds these flows to what the pods may do, and isolates nothing.

    Where no other policy isolates the pods, Cilium allows everything beside it too, and tells in its
    verdicts which connections the policy names.
    """
    spec: dict[str, Any] = {
        "endpointSelector": {"matchLabels": dict(pods.labels)} if pods.labels else {},
        "enableDefaultDeny": {"ingress": False, "egress": False},
    }
    if incoming:
        spec["ingress"] = _rules(
            side for flow in incoming for side in _sides("from", flow.source, flow.ports)
        )
    if outgoing:
        by_name = any(isinstance(flow.destination, Host) for flow in outgoing)
        observed = [flow for flow in outgoing if by_name and asks_a_resolver(flow)]
        spec["egress"] = [
            *([dict(OBSERVED_DNS)] if by_name else []),
            *({**rule, "toPorts": OBSERVED_DNS["toPorts"]} for rule in _outgoing_rules(observed)),
            *_outgoing_rules([flow for flow in outgoing if flow not in observed]),
        ]
    return manifest(
        "cilium.io/v2",
        "CiliumNetworkPolicy",
        pods.name,
        namespace=pods.namespace,
        annotations=annotations,
        spec=spec,
    )


def asks_a_resolver(flow: Flow) -> bool:
    """Whether a flow is to a resolver beside the cluster's, whose answers Cilium must read as well."""
    return isinstance(flow.destination, Range) and tuple(flow.ports) == DNS


def _outgoing_rules(flows: Iterable[Flow]) -> list[dict[str, Any]]:
    return _rules(side for flow in flows for side in _sides("to", flow.destination, flow.ports))


def _rules(sides: Iterable[Side]) -> list[dict[str, Any]]:
    return [{group.field: list(group.peers), "toPorts": _ports(group)} for group in grouped(sides)]


def _sides(direction: Literal["from", "to"], peer: Peer, ports: Sequence[Port]) -> list[Side]:
    match peer:
        case Pods():
            labels = {f"k8s:{key}": value for key, value in peer.labels.items()}
            selected = {"matchLabels": {"k8s:io.kubernetes.pod.namespace": peer.namespace, **labels}}
            return [Side(f"{direction}Endpoints", selected, ports)]
        case Range():
            return [Side(f"{direction}CIDRSet", {"cidr": str(peer.network)}, ports)]
        case Entity():
            return [Side(f"{direction}Entities", entity, ports) for entity in ENTITIES[peer.name]]
        case Host() if direction == "to":
            return [Side("toFQDNs", _name(peer), ports)]
        case Host():
            raise ValueError(f"no policy knows connections from {peer.name}: addresses have no name")


def _name(host: Host) -> dict[str, str]:
    if host.name.startswith("*."):
        # In Cilium's words `*` stays within one label and `**.` is one label or more.
        return {"matchPattern": f"*{host.name}"}
    return {"matchName": host.name}


def _ports(group: Group) -> list[dict[str, Any]]:
    return [{"ports": [{**port.manifest, "port": str(port.port)} for port in group.ports]}]
