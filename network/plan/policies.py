"""Policies generated from flows: default deny, and what each workload may do (POL-1 to POL-4).

Each policy is complete on its own: it carries every flow of the pods that it selects, also those
that a wider selector declares (such as DNS for all pods of a namespace). So a policy that comes
into force before its neighbours cuts nothing. What plain policies cannot say under Cilium stands in
CiliumNetworkPolicies that add and never isolate.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.plan.cilium_rules import cilium_policy, needs_cilium
from network.plan.flows import Entity, Flow, Host, Peer, Pods, Port, Range
from network.plan.kubernetes import Manifest, manifest

FLOWS_ANNOTATION = "network.webgrip.nl/flows"
"""One line per flow: its name and reason."""
APPROXIMATION_ANNOTATION = "network.webgrip.nl/approximation"
"""What a plain policy allows beyond its flows, because it knows no narrower expression."""

Selector = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class NamespacePolicies:
    """Policies of one namespace, in the order in which they must come into force."""

    namespace: str
    additions: tuple[Manifest, ...]
    """CiliumNetworkPolicies; they allow and isolate nothing."""
    workloads: tuple[Manifest, ...]
    """NetworkPolicies, one per kind of pods."""
    default_deny: Manifest
    """Isolates every pod of the namespace; allows what all of them need."""

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every policy, in order."""
        return (*self.additions, *self.workloads, self.default_deny)


def build(
    config: StackConfig, flows: Iterable[Flow], namespaces: Sequence[str]
) -> tuple[NamespacePolicies, ...]:
    """Return the policies of the given namespaces; the order of `flows` does not matter."""
    touching: defaultdict[str, list[Flow]] = defaultdict(list)
    for flow in sorted(flows, key=lambda flow: flow.name):
        for namespace in {
            peer.namespace for peer in (flow.source, flow.destination) if isinstance(peer, Pods)
        }:
            touching[namespace].append(flow)
    return tuple(_one_namespace(config, touching[namespace], namespace) for namespace in sorted(namespaces))


def _one_namespace(config: StackConfig, flows: Sequence[Flow], namespace: str) -> NamespacePolicies:
    kinds: dict[Selector, str] = {}
    for flow in flows:
        for peer in (flow.source, flow.destination):
            if isinstance(peer, Pods) and peer.namespace == namespace and peer.labels:
                kinds.setdefault(_selector(peer.labels), peer.name)
    additions: list[Manifest] = []
    workloads: list[Manifest] = []
    for selector, name in sorted(kinds.items(), key=lambda kind: (kind[1], kind[0])):
        pods = Pods(namespace, name, dict(selector))
        workloads.append(_network_policy(config, pods, flows))
        if config.cluster.cni == "cilium":
            special_in = [f for f in _incoming(pods, flows) if needs_cilium(f.source)]
            special_out = [f for f in _outgoing(pods, flows) if needs_cilium(f.destination)]
            if special_in or special_out:
                annotations = _annotations([*special_in, *special_out])
                additions.append(cilium_policy(pods, special_in, special_out, annotations))
    default_deny = _network_policy(config, Pods(namespace, "default-deny", {}), flows)
    return NamespacePolicies(namespace, tuple(additions), tuple(workloads), default_deny)


def _incoming(pods: Pods, flows: Iterable[Flow]) -> list[Flow]:
    return [flow for flow in flows if _covers(flow.destination, pods)]


def _outgoing(pods: Pods, flows: Iterable[Flow]) -> list[Flow]:
    return [flow for flow in flows if _covers(flow.source, pods)]


def _selector(labels: Mapping[str, str]) -> Selector:
    return tuple(sorted(labels.items()))


def _covers(peer: Peer, pods: Pods) -> bool:
    """Whether every pod that `pods` selects is meant by `peer`."""
    return (
        isinstance(peer, Pods)
        and peer.namespace == pods.namespace
        and peer.labels.items() <= pods.labels.items()
    )


def _network_policy(config: StackConfig, pods: Pods, flows: Sequence[Flow]) -> Manifest:
    cilium = config.cluster.cni == "cilium"
    incoming = [f for f in _incoming(pods, flows) if not (cilium and needs_cilium(f.source))]
    outgoing = [f for f in _outgoing(pods, flows) if not (cilium and needs_cilium(f.destination))]
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": dict(pods.labels)} if pods.labels else {},
        # Explicit: without it a policy that allows no egress would not isolate egress.
        "policyTypes": ["Ingress", "Egress"],
    }
    if incoming:
        spec["ingress"] = [
            {"from": [_peer(config, flow.source)], "ports": _ports(flow.ports)} for flow in incoming
        ]
    if outgoing:
        spec["egress"] = [
            {"to": [_peer(config, flow.destination)], "ports": _ports(flow.ports)} for flow in outgoing
        ]
    annotations = _annotations([*incoming, *outgoing])
    peers = [flow.source for flow in incoming] + [flow.destination for flow in outgoing]
    approximations = sorted({_approximation(peer) for peer in peers if isinstance(peer, Entity)})
    if approximations:
        annotations[APPROXIMATION_ANNOTATION] = "\n".join(approximations)
    return manifest(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        pods.name,
        namespace=pods.namespace,
        annotations=annotations,
        spec=spec,
    )


def _annotations(flows: Sequence[Flow]) -> dict[str, str]:
    lines = dict.fromkeys(f"{flow.name}: {flow.reason}" for flow in flows)
    return {FLOWS_ANNOTATION: "\n".join(lines)} if lines else {}


def _ports(ports: Sequence[Port]) -> list[dict[str, Any]]:
    return [{"port": port.port, "protocol": port.protocol} for port in ports]


def _peer(config: StackConfig, peer: Peer) -> dict[str, Any]:
    match peer:
        case Pods():
            return {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": peer.namespace}},
                "podSelector": {"matchLabels": dict(peer.labels)} if peer.labels else {},
            }
        case Range():
            return {"ipBlock": {"cidr": str(peer.network)}}
        case Entity("nodes"):
            return {"ipBlock": {"cidr": str(config.external.vpc.ip_range)}}
        case Entity("kube-apiserver"):
            return _anywhere_but(str(config.cluster.pod_range))
        case Entity():
            return _anywhere_but(
                str(config.external.vpc.ip_range),
                str(config.cluster.pod_range),
                str(config.cluster.service_range),
            )
        case Host():
            raise ValueError(f"a plain policy cannot name {peer.name}: config refuses this")


def _anywhere_but(*ranges: str) -> dict[str, Any]:
    return {"ipBlock": {"cidr": "0.0.0.0/0", "except": sorted(ranges)}}


def _approximation(entity: Entity) -> str:
    match entity.name:
        case "kube-apiserver":
            return "kube-apiserver: address unknown; any address but those of pods, on these ports"
        case "nodes":
            return "nodes: any address of the VPC"
        case "world":
            return "world: any address outside the VPC, the pods and the Services"
