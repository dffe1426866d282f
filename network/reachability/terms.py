"""What policies, or whoever asks about them, look at: peers that differ in none of it are one class."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from network.reachability.addresses import AddressSet
from network.reachability.model import AddressPeer, HostPeer, NamedPort, PodPeer, Policy, Workload
from network.reachability.ports import Protocol
from network.reachability.selectors import SERVICE_ACCOUNT, Requirement


@dataclass(frozen=True)
class Terms:
    """Keys of pods' labels, names of their ports, blocks of addresses and names of hosts."""

    keys: frozenset[str] = frozenset()
    ports: frozenset[NamedPort] = frozenset()
    blocks: tuple[AddressSet, ...] = ()
    """Each once."""
    hosts: frozenset[str] = frozenset()
    """Names, or patterns with `*`."""

    @classmethod
    def of(cls, policies: Iterable[Policy]) -> "Terms":
        """Return what policies look at."""
        keys: set[str] = set()
        ports: set[NamedPort] = set()
        blocks: dict[AddressSet, None] = {}
        hosts: set[str] = set()
        for policy in policies:
            keys.update(requirement.key for requirement in requirements_of(policy))
            for rule in (*policy.ingress, *policy.egress):
                ports.update(rule.named_ports)
                for peer in rule.peers or ():
                    match peer:
                        case AddressPeer(addresses):
                            blocks[addresses] = None
                        case HostPeer(pattern):
                            hosts.add(pattern)
                        case _:
                            pass
        return cls(frozenset(keys), frozenset(ports), tuple(blocks), frozenset(hosts))

    def __or__(self, other: "Terms") -> "Terms":
        return Terms(
            self.keys | other.keys,
            self.ports | other.ports,
            tuple(dict.fromkeys((*self.blocks, *other.blocks))),
            self.hosts | other.hosts,
        )

    def labels(self, workload: Workload) -> tuple[tuple[str, str], ...]:
        """Return the labels of a workload that count."""
        keys = self.keys
        found = [item for item in workload.labels.items() if item[0] in keys]
        if SERVICE_ACCOUNT in keys:
            found = [item for item in found if item[0] != SERVICE_ACCOUNT]
            found.append((SERVICE_ACCOUNT, workload.service_account))
        found.sort()
        return tuple(found)

    def named_ports(self, workload: Workload) -> tuple[tuple[str, Protocol, int], ...]:
        """Return the ports of a workload whose names count."""
        named = self._named
        if not named:
            return ()
        found: list[tuple[str, Protocol, int]] = [
            (port.name, port.protocol, port.number)
            for port in workload.ports
            if port.name is not None and (port.name, port.protocol) in named
        ]
        found.sort()
        return tuple(found)

    @cached_property
    def _named(self) -> frozenset[tuple[str, Protocol]]:
        return frozenset((port.name, port.protocol) for port in self.ports)


NO_TERMS = Terms()


def requirements_of(policy: Policy) -> Iterator[Requirement]:
    """Yield what a policy asks of pods' labels."""
    yield from policy.pods.requirements
    for rule in (*policy.ingress, *policy.egress):
        for peer in rule.peers or ():
            if isinstance(peer, PodPeer):
                yield from peer.pods.requirements
