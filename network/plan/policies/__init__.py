"""Policies generated from flows: default deny, and what each workload may do (POL-1 to POL-4).

Each policy is complete on its own: it carries every flow of the pods that it selects, also those
that a wider selector declares (such as DNS for all pods of a namespace). So a policy that comes
into force before its neighbours cuts nothing. What plain policies cannot say under Cilium stands in
CiliumNetworkPolicies that add and never isolate. Pods that may no more than every pod of their namespace
have none: the default deny says it all.

A namespace whose policies only report has nothing but such additions, for all of its flows: Cilium's
verdicts then tell apart what they name from what nothing would allow.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from network.config import StackConfig
from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Range
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.policies.cilium_rules import asks_a_resolver, cilium_policy, needs_cilium
from network.plan.policies.grouping import Side, grouped

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
    """NetworkPolicies, one per kind of pods that may more than all pods of the namespace."""
    default_deny: Manifest | None
    """Isolates every pod of the namespace; allows what all of them need. None where policies only report."""

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every policy, in order."""
        isolating = () if self.default_deny is None else (self.default_deny,)
        return (*self.additions, *self.workloads, *isolating)


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
    reporting = {
        application_namespace(config, name)
        for name, application in config.applications.items()
        if application.policies == "report"
    }
    return tuple(
        (_reporting if namespace in reporting else _enforcing)(config, touching[namespace], namespace)
        for namespace in sorted(namespaces)
    )


def _kinds(flows: Sequence[Flow], namespace: str) -> list[Pods]:
    """Return the kinds of pods of a namespace that flows tell apart, by name."""
    kinds: dict[Selector, str] = {}
    for flow in flows:
        for peer in (flow.source, flow.destination):
            if isinstance(peer, Pods) and peer.namespace == namespace and peer.labels:
                kinds.setdefault(_selector(peer.labels), peer.name)
    ordered = sorted(kinds.items(), key=lambda kind: (kind[1], kind[0]))
    return [Pods(namespace, name, dict(selector)) for selector, name in ordered]


def _enforcing(config: StackConfig, flows: Sequence[Flow], namespace: str) -> NamespacePolicies:
    additions: list[Manifest] = []
    workloads: list[Manifest] = []
    default_deny = _network_policy(config, Pods(namespace, "default-deny", {}), flows)
    for pods in _kinds(flows, namespace):
        policy = _network_policy(config, pods, flows)
        if _allowed(policy) != _allowed(default_deny):
            workloads.append(policy)
        if config.cluster.cni == "cilium":
            special_in = [f for f in _incoming(pods, flows) if needs_cilium(f.source)]
            outgoing = _outgoing(pods, flows)
            special_out = [f for f in outgoing if needs_cilium(f.destination)]
            if any(isinstance(f.destination, Host) for f in special_out):
                special_out += [f for f in outgoing if asks_a_resolver(f)]
            if special_in or special_out:
                annotations = _annotations([*special_in, *special_out])
                additions.append(cilium_policy(pods, special_in, special_out, annotations))
    return NamespacePolicies(namespace, tuple(additions), tuple(workloads), default_deny)


def _allowed(policy: Manifest) -> tuple[Any, Any]:
    return policy["spec"].get("ingress"), policy["spec"].get("egress")


def _reporting(_: StackConfig, flows: Sequence[Flow], namespace: str) -> NamespacePolicies:
    """Return policies for every kind of pods, and for all of them: without one that selects it, Cilium
    gives no verdict on a pod."""
    additions: list[Manifest] = []
    for pods in (*_kinds(flows, namespace), Pods(namespace, "report", {})):
        incoming, outgoing = _incoming(pods, flows), _outgoing(pods, flows)
        additions.append(cilium_policy(pods, incoming, outgoing, _annotations([*incoming, *outgoing])))
    return NamespacePolicies(namespace, tuple(additions), (), None)


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
        spec["ingress"] = _rules(
            Side("from", peer, flow.ports) for flow in incoming for peer in _peers(config, flow.source)
        )
    if outgoing:
        spec["egress"] = _rules(
            Side("to", peer, flow.ports) for flow in outgoing for peer in _peers(config, flow.destination)
        )
    annotations = _annotations([*incoming, *outgoing])
    peers = [flow.source for flow in incoming] + [flow.destination for flow in outgoing]
    approximations = sorted(
        {text for peer in peers if isinstance(peer, Entity) for text in _approximation(config, peer)}
    )
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


def _rules(sides: Iterable[Side]) -> list[dict[str, Any]]:
    return [
        {
            group.field: list(group.peers),
            "ports": [port.manifest for port in group.ports],
        }
        for group in grouped(sides)
    ]


def _peers(config: StackConfig, peer: Peer) -> list[dict[str, Any]]:
    cluster, vpc = config.cluster, config.external.vpc.ip_range
    match peer:
        case Pods():
            return [
                {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": peer.namespace}},
                    "podSelector": {"matchLabels": dict(peer.labels)} if peer.labels else {},
                }
            ]
        case Range():
            return [_block(peer.network)]
        case Entity("nodes"):
            return [_block(vpc)]
        case Entity("kube-apiserver"):
            return [*map(_block, cluster.api_server_ranges)] or [_anywhere_but(cluster.pod_range)]
        case Entity():
            return [_anywhere_but(vpc, cluster.pod_range, cluster.service_range)]
        case Host():
            raise ValueError(f"a plain policy cannot name {peer.name}: config refuses this")


def _block(network: IPv4Network) -> dict[str, Any]:
    return {"ipBlock": {"cidr": str(network)}}


def _anywhere_but(*ranges: IPv4Network) -> dict[str, Any]:
    return {"ipBlock": {"cidr": "0.0.0.0/0", "except": sorted(map(str, ranges))}}


def _approximation(config: StackConfig, entity: Entity) -> list[str]:
    match entity.name:
        case "kube-apiserver" if config.cluster.api_server_ranges:
            return []
        case "kube-apiserver":
            return ["kube-apiserver: address unknown; any address but those of pods, on these ports"]
        case "nodes":
            return ["nodes: any address of the VPC"]
        case "world":
            return ["world: any address outside the VPC, the pods and the Services"]
