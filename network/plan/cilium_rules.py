"""What only CiliumNetworkPolicies can say: entities and host names (NET-4, POL-4).

Under Cilium an `ipBlock` matches neither pods nor nodes nor, perhaps, the API server; these have
identities instead. HTTP rules are never made: DNS is the only protocol that Cilium's agent reads
itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from network.plan.flows import Entity, Flow, Host, Peer, Pods, Port
from network.plan.kubernetes import Manifest, manifest

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
            "ports": [{"port": "53", "protocol": "ANY"}],
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
    """Return a policy that adds these flows to what the pods may do, and isolates nothing."""
    spec: dict[str, Any] = {
        "endpointSelector": {"matchLabels": dict(pods.labels)},
        "enableDefaultDeny": {"ingress": False, "egress": False},
    }
    if incoming:
        spec["ingress"] = [{**_side("from", flow.source), "toPorts": _ports(flow.ports)} for flow in incoming]
    if outgoing:
        spec["egress"] = [
            {**_side("to", flow.destination), "toPorts": _ports(flow.ports)} for flow in outgoing
        ]
        if any(isinstance(flow.destination, Host) for flow in outgoing):
            spec["egress"].insert(0, dict(OBSERVED_DNS))
    return manifest(
        "cilium.io/v2",
        "CiliumNetworkPolicy",
        pods.name,
        namespace=pods.namespace,
        annotations=annotations,
        spec=spec,
    )


def _side(direction: str, peer: Peer) -> dict[str, Any]:
    match peer:
        case Entity():
            return {f"{direction}Entities": list(ENTITIES[peer.name])}
        case Host() if direction == "to":
            return {"toFQDNs": [_name(peer)]}
        case _:
            raise ValueError(f"{peer} {direction} pods needs no CiliumNetworkPolicy")


def _name(host: Host) -> dict[str, str]:
    if host.name.startswith("*."):
        # In Cilium's words `*` stays within one label and `**.` is one label or more.
        return {"matchPattern": f"*{host.name}"}
    return {"matchName": host.name}


def _ports(ports: Sequence[Port]) -> list[dict[str, Any]]:
    return [{"ports": [{"port": str(port.port), "protocol": port.protocol} for port in ports]}]
