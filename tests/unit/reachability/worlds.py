"""The same small world for the analysis and for what it is compared with."""

from collections.abc import Iterator

from network.reachability import Cluster, Namespace, Reachability, Workload, bits
from network.reachability.model import ContainerPort
from network.reachability.policies import network_policy
from tests.unit.reachability.naive import Peer, Pod, World


def cluster(world: World) -> Cluster:
    return Cluster(
        tuple(Namespace(name, labels) for name, labels in world.namespaces.items()),
        tuple(
            Workload(
                pod.namespace,
                pod.name,
                pod.labels,
                tuple(
                    ContainerPort(number, protocol, name)  # type: ignore[arg-type]
                    for (name, protocol), number in pod.named_ports.items()
                ),
                addresses=(pod.address,),
            )
            for pod in world.pods
        ),
        policies=tuple(network_policy(policy) for policy in world.policies),
    )


def class_of(found: Reachability, peer: Peer) -> int:
    """Return the number of the one class that a pod or an address is in."""
    if isinstance(peer, Pod):
        (number,) = [
            index
            for index, each in enumerate(found.classes)
            for workload in each.workloads
            if (workload.namespace, workload.name) == (peer.namespace, peer.name)
        ]
        return number
    return bits.first(found.resolved.of_address(peer))


def pairs(world: World, outside: tuple[str, ...]) -> Iterator[tuple[Peer, Peer]]:
    """Yield every pair that policies decide about: not a pod with itself, not outside with outside."""
    peers: list[Peer] = [*world.pods, *outside]
    for source in peers:
        for destination in peers:
            if source != destination and (isinstance(source, Pod) or isinstance(destination, Pod)):
                yield source, destination
