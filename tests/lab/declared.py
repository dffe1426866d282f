"""What declared flows say about packets: worked out without any policy, so that policies can be held
against it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from lab.packets.places import Place
from lab.packets.probe import Port
from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Range
from network.plan.model.flows import Port as FlowPort


@dataclass(frozen=True)
class Declared:
    """Flows, and the namespaces in which nothing else is possible."""

    flows: tuple[Flow, ...]
    owned: frozenset[str]
    cni: str
    vpc: IPv4Network
    pods: IPv4Network

    def possible(self, source: Place, target: Place, port: Port) -> bool:
        """Whether a connection must be possible; any other must not."""
        if source.namespace not in self.owned and target.namespace not in self.owned:
            return True
        if target.node and source.name == target.node:
            return True  # Kubernetes lets a node reach its own pods, whatever the policies say.
        return any(
            any(_holds(each, port) for each in flow.ports)
            and self._means(flow.source, source)
            and self._means(flow.destination, target)
            for flow in self.flows
        )

    def _means(self, peer: Peer, place: Place) -> bool:
        match peer:
            case Pods():
                return place.namespace == peer.namespace and peer.labels.items() <= place.labels.items()
            case Range():
                # Cilium knows pods and nodes by who they are, not by address.
                by_address = self.cni == "generic" or place.kind not in ("pod", "node")
                return by_address and place.address in peer.network
            case Entity():
                return self._is(peer, place)
            case Host():
                return False  # Its addresses are other places than those that are tried.

    def _is(self, entity: Entity, place: Place) -> bool:
        if self.cni == "cilium":
            kinds = {
                "kube-apiserver": ("control-plane",),
                "nodes": ("node",),
                "world": ("outside", "vpc"),
            }
            return place.kind in kinds[entity.name]
        match entity.name:  # the approximations that the policies' annotations tell of
            case "kube-apiserver":
                return place.address not in self.pods
            case "nodes":
                return place.address in self.vpc
            case "world":
                return place.address not in self.pods and place.address not in self.vpc


def _holds(declared: FlowPort, port: Port) -> bool:
    protocol, number = port
    if not isinstance(declared.port, int) or protocol != declared.protocol:
        return False
    return declared.port <= number <= (declared.end_port or declared.port)


def _tried(declared: FlowPort) -> Iterator[int]:
    """Yield the numbers that stand for a port: of a range its ends and the one behind it."""
    if isinstance(declared.port, int):
        yield declared.port
        if declared.end_port is not None:
            yield from (declared.end_port, declared.end_port + 1)


def ports(flows: Iterable[Flow], *undeclared: Port) -> list[Port]:
    """Every port that some flow names, and some that none does."""
    declared: set[Port] = {
        (each.protocol, number) for flow in flows for each in flow.ports for number in _tried(each)
    }
    return sorted(declared | {*undeclared})
