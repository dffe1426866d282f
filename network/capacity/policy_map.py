"""How full Cilium's map of a pod's policies gets: an entry for each identity, port and direction that it may
speak to or be spoken to by.

An identity is a kind of pods, a range of addresses, a name outside, or one of Cilium's own. Of a range of
ports Cilium keeps the blocks that it consists of, each a power of two long.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, summarize_address_range

from network.config import StackConfig
from network.plan import Plan
from network.plan.cluster_dns import CLUSTER_DNS
from network.plan.model.capacity import Limit, Need
from network.plan.model.flows import Entity, Flow, Peer, Pods, Port, Range

ENTRIES = 16_384
"""Of one pod (docs/facts/digitalocean.md#tables-of-cilium)."""

OWN_ENTRIES = 2
"""The node, which may always speak to its pods, and answers of the proxy that reads names."""

NODES_IDENTITIES = 2
"""The pod's own node, and the others."""

API_SERVER_IDENTITIES = 2
"""As one of the nodes, and as an address outside, which counts for the world and for ranges that hold it."""

DNS_IDENTITIES = 4
"""Of the cluster's DNS that Cilium has numbers for beforehand, beside its pods' own."""


_OF_ENTITIES = {"kube-apiserver": API_SERVER_IDENTITIES, "nodes": NODES_IDENTITIES, "world": 2}


def limits(config: StackConfig, plan: Plan) -> Iterator[Limit]:
    """Yield how many entries the pod has that may the most, of those that a policy is about: what anybody
    may speak to, such as the cluster's DNS, has one for all."""
    if config.cluster.cni != "cilium":
        return
    governed = {each.namespace for each in plan.policies}
    counts = [count for (namespace, _), count in entries(plan.flows).items() if namespace in governed]
    yield Limit(
        "policies: entries of one pod",
        "entries",
        ENTRIES,
        Need(fixed=max(counts, default=0)),
        "fewer flows of one workload; Cilium's own setting is DigitalOcean's",
        "nothing",
        today=f'{ENTRIES} * max(cilium_bpf_map_pressure{{map_name=~".*policy.*"}})',
    )


def entries(flows: Sequence[Flow]) -> dict[tuple[str, str], int]:
    """Return the entries of each kind of pods, by its namespace and name."""
    kinds = {
        (peer.namespace, peer.name): peer
        for flow in flows
        for peer in (flow.source, flow.destination)
        if isinstance(peer, Pods) and peer.labels
    }
    identities = list(kinds.values())
    return {
        key: OWN_ENTRIES + sum(_of_flow(flow, kind, identities) for flow in flows)
        for key, kind in kinds.items()
    }


def _of_flow(flow: Flow, kind: Pods, identities: list[Pods]) -> int:
    ports = sum(_blocks(port) for port in flow.ports)
    ends = ((flow.source, flow.destination), (flow.destination, flow.source))
    return sum(ports * _identities(other, identities) for own, other in ends if _selects(own, kind))


def _selects(peer: Peer, kind: Pods) -> bool:
    return (
        isinstance(peer, Pods)
        and peer.namespace == kind.namespace
        and peer.labels.items() <= kind.labels.items()
    )


def _identities(peer: Peer, known: list[Pods]) -> int:
    if isinstance(peer, Pods):
        # Pods that nobody knows the kind of are one at least.
        own = max(sum(_selects(peer, kind) for kind in known), 1)
        return own + (DNS_IDENTITIES if _selects(peer, CLUSTER_DNS) else 0)
    if isinstance(peer, Entity):
        return _OF_ENTITIES[peer.name]
    # The API server has a private address.
    return 2 if isinstance(peer, Range) and peer.network.is_private else 1


def _blocks(port: Port) -> int:
    """Return how many blocks of a power of two a range of ports consists of."""
    if port.end_port is None or not isinstance(port.port, int):
        return 1
    # Numbers of ports split as addresses do.
    return sum(1 for _ in summarize_address_range(IPv4Address(port.port), IPv4Address(port.end_port)))
