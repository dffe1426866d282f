"""Classes: what policies cannot tell apart counts once.

Pods of one namespace whose labels, named ports and addresses look the same to every selector and every
address block of the policies share a class. So do addresses outside the cluster. A selector is resolved
once, to the set of classes that it means: an integer with one bit per class.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from ipaddress import ip_address

from network.reachability import bits
from network.reachability.addresses import AddressSet
from network.reachability.blocks import NO_BLOCK, Blocks, InBlocks
from network.reachability.labels import Labels
from network.reachability.model import (
    AddressPeer,
    Cluster,
    Entity,
    EntityPeer,
    HostPeer,
    NamedPort,
    Namespace,
    Peer,
    PodPeer,
    Policy,
    Workload,
)
from network.reachability.peer_class import Kind, PeerClass, Semantics, covers
from network.reachability.ports import Protocol
from network.reachability.selectors import NAMESPACE_NAME, Selector
from network.reachability.terms import NO_TERMS, Terms

__all__ = ["Classes", "PeerClass", "Semantics", "covers"]

_FEW_NAMESPACES = 16
"""Up to so many, their pods are selected one namespace after the other."""
_NOBODY_KNOWS = {NAMESPACE_NAME: "?"}
"""Labels of a namespace that nobody described; no namespace can have this name."""


_PodKey = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, Protocol, int], ...], InBlocks]
"""Labels, named ports and blocks, as far as they count."""


class Classes:
    """The classes of a cluster, and what selectors, blocks, entities and ports mean in them."""

    def __init__(self, cluster: Cluster, semantics: Semantics, apart: Terms = NO_TERMS) -> None:
        self.semantics: Semantics = semantics
        self.optimistic = False
        """Whether a block means also what it only may contain."""
        self.policies: tuple[Policy, ...] = tuple(
            policy
            for policy in cluster.policies
            if semantics == "cilium" or policy.kind != "CiliumNetworkPolicy"
        )
        """Those that count under these semantics."""
        self.all: list[PeerClass] = []
        self._labels: list[Mapping[str, str]] = []
        self._by_block: defaultdict[int, list[int]] = defaultdict(list)
        self._perhaps_by_block: defaultdict[int, list[int]] = defaultdict(list)
        self._by_port: defaultdict[NamedPort, defaultdict[int, list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._windows: dict[str, tuple[int, int]] = {}
        self.terms = Terms.of(self.policies) | apart
        """What peers are told apart by."""
        self._blocks = Blocks(cluster, self.terms.blocks)
        self._known_nodes = AddressSet.of(
            *(each for workload in cluster.workloads if workload.host_network for each in workload.addresses)
        ) | (cluster.node_addresses if cluster.nodes_are_listed else AddressSet())
        self._add_pods(cluster)
        self.pods = (1 << len(self.all)) - 1
        """Every class of pods that policies can select."""
        self._add_others(cluster)
        self.every = (1 << len(self.all)) - 1
        self.outside = self.every & ~self.pods
        """Every class that no policy isolates."""
        self.hosts = self._of_kind("host")
        self._entities = self._entity_bits(cluster)
        self._block_bits = {block: bits.of(indices) for block, indices in self._by_block.items()}
        self._perhaps_bits = {block: bits.of(indices) for block, indices in self._perhaps_by_block.items()}
        self.named: dict[NamedPort, dict[int, int]] = {
            port: {number: bits.of(indices) for number, indices in numbers.items()}
            for port, numbers in self._by_port.items()
        }
        """Which classes give a named port which number."""
        self._namespaces = _namespaces(cluster, self._windows)
        self._namespace_names = list(self._namespaces)
        self._namespace_labels = Labels([*self._namespaces.values(), _NOBODY_KNOWS])
        self._local: dict[str, Labels] = {}
        self._everywhere: Labels | None = None
        self._of_namespaces: dict[Selector, tuple[list[str], int, bool]] = {}
        self._of_pods: dict[tuple[str, Selector], int] = {}
        self._of_peers: dict[tuple[Selector, Selector], int] = {}
        self._of_hosts: dict[str, int] = {}

    @property
    def is_certain(self) -> bool:
        """Whether every block surely contains a class or surely does not."""
        return self._block_bits == self._perhaps_bits

    def perhaps(self) -> "Classes":
        """Return the same classes, where a block means also those that it only may contain."""
        wider = copy(self)
        wider._block_bits = self._perhaps_bits
        wider.optimistic = True
        return wider

    # --- making them -----------------------------------------------------------------------------------

    def _add_pods(self, cluster: Cluster) -> None:
        members: defaultdict[str, defaultdict[_PodKey, list[Workload]]] = defaultdict(
            lambda: defaultdict(list)
        )
        terms = self.terms
        # Under Cilium a block means neither pods nor nodes.
        apart = self.semantics == "vanilla" and bool(terms.blocks)

        def whole(workload: Workload) -> tuple[tuple[InBlocks, Workload], ...]:
            return ((NO_BLOCK, workload),)

        for workload in cluster.workloads:
            if workload.host_network:
                continue
            labels = terms.labels(workload)
            ports = terms.named_ports(workload)
            classes = members[workload.namespace]
            for blocks, part in self._parts(workload, self._blocks.unknown_pod) if apart else whole(workload):
                classes[labels, ports, blocks].append(part)
        for namespace, classes in sorted(members.items()):
            start = len(self.all)
            for (labels, ports, blocks), workloads in classes.items():
                index = len(self.all)
                self.all.append(PeerClass("pods", namespace, tuple(workloads)))
                self._labels.append(dict(labels))
                for name, protocol, number in ports:
                    self._by_port[NamedPort(name, protocol)][number].append(index)
                self._in_blocks(index, blocks)
            self._windows[namespace] = (start, len(self.all))

    def _parts(self, workload: Workload, unknown: InBlocks) -> Iterator[tuple[InBlocks, Workload]]:
        """Yield the parts of a workload whose addresses are in different blocks: one pod may have two."""
        if not workload.addresses:
            yield unknown, workload
            return
        found = self._blocks.of_known(workload.addresses)
        for blocks, addresses in found.items():
            yield blocks, workload if len(found) == 1 else replace(workload, addresses=addresses)

    def _add_others(self, cluster: Cluster) -> None:
        vanilla = self.semantics == "vanilla"
        nodes = self._blocks.node if vanilla else NO_BLOCK
        api_server = self._blocks.api_server
        if not vanilla and not cluster.api_server_addresses:
            # Cilium matches an API server outside by its address, one on a node never.
            api_server = InBlocks(0, api_server.perhaps)
        host_network: defaultdict[tuple[str, InBlocks], list[Workload]] = defaultdict(list)
        for workload in cluster.workloads:
            if workload.host_network:
                for blocks, part in self._parts(workload, nodes) if vanilla else [(NO_BLOCK, workload)]:
                    host_network[workload.namespace, blocks].append(part)
        for (namespace, blocks), workloads in sorted(host_network.items(), key=lambda each: each[0]):
            self._add(PeerClass("host-network", namespace, tuple(workloads)), blocks)
        self._add(PeerClass("other-pods"), self._blocks.unknown_pod if vanilla else NO_BLOCK)
        self._add(PeerClass("own-node"), nodes)
        self._add(PeerClass("other-nodes"), nodes)
        self._add(PeerClass("kube-apiserver"), api_server)
        for host in sorted(self.terms.hosts):
            self._add(PeerClass("host", host=host), self._blocks.host)
        for addresses, blocks in sorted(self._blocks.outside(), key=lambda each: each[0].line):
            self._add(PeerClass("addresses", addresses=addresses), InBlocks(blocks, blocks))

    def _add(self, each: PeerClass, blocks: InBlocks) -> None:
        self._in_blocks(len(self.all), blocks)
        self.all.append(each)

    def _in_blocks(self, index: int, blocks: InBlocks) -> None:
        for block in bits.members(blocks.certain):
            self._by_block[block].append(index)
        for block in bits.members(blocks.perhaps):
            self._perhaps_by_block[block].append(index)

    def _of_kind(self, *kinds: Kind) -> int:
        return bits.of([index for index, each in enumerate(self.all) if each.kind in kinds])

    def _entity_bits(self, cluster: Cluster) -> dict[Entity, int]:
        world = self._of_kind("addresses", "host")
        api_server = self._of_kind("kube-apiserver")
        if cluster.api_server_addresses:
            # Cilium's identity of an API server outside the cluster belongs to the world too.
            world |= api_server
        return {
            "own-node": self._of_kind("own-node"),
            "other-nodes": self._of_kind("other-nodes", "host-network"),
            "kube-apiserver": api_server,
            "world": world,
            "cluster": self._of_kind("pods", "host-network", "other-pods", "own-node", "other-nodes"),
            "all": self.every,
        }

    # --- asking them -----------------------------------------------------------------------------------

    def of_pods(self, namespace: str, selector: Selector) -> int:
        """Return the classes of pods that a selector means in one namespace."""
        key = (namespace, selector)
        found = self._of_pods.get(key)
        if found is None:
            window = self._windows.get(namespace)
            if window is None:
                return 0
            start, end = window
            if not selector.requirements:
                found = ((1 << (end - start)) - 1) << start
            else:
                local = self._local.get(namespace)
                if local is None:
                    local = self._local[namespace] = Labels(self._labels[start:end])
                found = local.select(selector) << start
            self._of_pods[key] = found
        return found

    def of_peer(self, peer: Peer, namespace: str) -> int:
        """Return the classes that a peer means in a policy of this namespace."""
        match peer:
            case PodPeer(namespaces, pods):
                if namespaces is None:
                    return self.of_pods(namespace, pods)
                return self._of_namespaced(namespaces, pods)
            case AddressPeer(addresses):
                number = self._blocks.numbers.get(addresses)
                return 0 if number is None else self._block_bits.get(number, 0)
            case EntityPeer(entity):
                return self._entities[entity]
            case HostPeer(pattern):
                return self.of_host(pattern)

    def of_entity(self, entity: Entity) -> int:
        """Return the classes of an entity."""
        return self._entities[entity]

    def of_host(self, pattern: str) -> int:
        """Return the classes of host names that a name or a pattern of Cilium's covers."""
        found = self._of_hosts.get(pattern)
        if found is None:
            found = self._of_hosts[pattern] = bits.of(
                [index for index in bits.members(self.hosts) if covers(pattern, self.all[index].host)]
            )
        return found

    def of_addresses(self, addresses: AddressSet) -> int:
        """Return the classes outside that have any of these addresses."""
        return bits.of(
            [
                index
                for index, each in enumerate(self.all)
                if each.kind == "addresses" and each.addresses & addresses
            ]
        )

    def of_address(self, text: str) -> int:
        """Return the classes of one address: pods that have it, else what is outside, nodes among it."""
        address = ip_address(text)
        pods = [
            index
            for index, each in enumerate(self.all)
            if each.kind == "pods"
            and any(
                ip_address(known) == address for workload in each.workloads for known in workload.addresses
            )
        ]
        outside = self._of_kind("other-nodes") if self._is_a_node_to_cilium(text) else 0
        return bits.of(pods) or outside or self.of_addresses(AddressSet.of(str(address)))

    def _is_a_node_to_cilium(self, address: str) -> bool:
        return self.semantics == "cilium" and address in self._known_nodes

    def _of_namespaced(self, namespaces: Selector, pods: Selector) -> int:
        key = (namespaces, pods)
        found = self._of_peers.get(key)
        if found is None:
            names, windows, others = self._matching(namespaces)
            if not pods.requirements:
                found = windows
            elif len(names) <= _FEW_NAMESPACES:
                found = 0
                for name in names:
                    found |= self.of_pods(name, pods)
            else:
                if self._everywhere is None:
                    self._everywhere = Labels(self._labels)
                found = self._everywhere.select(pods) & windows
            if others and pods.holds({}):
                found |= self._of_kind("other-pods")
            self._of_peers[key] = found
        return found

    def _matching(self, selector: Selector) -> tuple[list[str], int, bool]:
        """Return names and classes of the namespaces meant, and whether unknown ones are meant too."""
        found = self._of_namespaces.get(selector)
        if found is None:
            chosen = bits.members(self._namespace_labels.select(selector))
            others = bool(chosen) and chosen[-1] == len(self._namespace_names)
            names = [self._namespace_names[index] for index in (chosen[:-1] if others else chosen)]
            classes = 0
            for start, end in _joined(self._windows[name] for name in names if name in self._windows):
                classes |= ((1 << (end - start)) - 1) << start
            found = self._of_namespaces[selector] = (names, classes, others)
        return found

    def namespaces_matching(self, selector: Selector) -> list[str]:
        """Return the names of the known namespaces that a selector means."""
        return self._matching(selector)[0]


def _namespaces(cluster: Cluster, windows: Mapping[str, object]) -> dict[str, Mapping[str, str]]:
    """Return the labels of every namespace, with its name among them."""
    known = {namespace.name: namespace for namespace in cluster.namespaces}
    for name in windows:
        known.setdefault(name, Namespace(name))
    return {name: {**known[name].labels, NAMESPACE_NAME: name} for name in sorted(known)}


def _joined(windows: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield windows, neighbours as one."""
    here: tuple[int, int] | None = None
    for start, end in windows:
        if here is not None and here[1] == start:
            here = (here[0], end)
        else:
            if here is not None:
                yield here
            here = (start, end)
    if here is not None:
        yield here
