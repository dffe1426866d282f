"""A cluster from Kubernetes objects, wherever they come from."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from network.reachability import fields, known_fields
from network.reachability.addresses import EVERY_ADDRESS, EVERY_IPV4, EVERY_IPV6, AddressSet
from network.reachability.cilium import cilium_policy
from network.reachability.errors import UnreadableClusterError, UnreadableError
from network.reachability.model import AddressPeer, Cluster, Namespace, Policy, Service, Workload
from network.reachability.policies import network_policy
from network.reachability.read import foreign, kinds, lists
from network.reachability.read.owners import PART, Owned
from network.reachability.read.services import service
from network.reachability.read.workloads import node_addresses, of_another, owner_of, running, templated

_POLICIES: Mapping[tuple[str, str], Callable[[Mapping[str, Any], str], Policy]] = {
    ("NetworkPolicy", "networking.k8s.io/v1"): network_policy,
    ("CiliumNetworkPolicy", "cilium.io/v2"): cilium_policy,
}

_ENDED = ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class Found:
    """An object and where it was found."""

    manifest: Any
    source: str
    """A file and document, say; empty if there is nothing to tell."""


@dataclass
class Contents:
    """What was read so far."""

    without: Collection[str] = ()
    """Kinds to leave out, on the word of whoever asks."""
    namespace: str = fields.DEFAULT_NAMESPACE
    """Where objects are that name no namespace."""
    namespaces: dict[str, Namespace] = field(default_factory=dict[str, Namespace])
    owned: Owned = field(default_factory=Owned)
    """Workloads and pods."""
    services: dict[tuple[str, str], Service] = field(default_factory=dict[tuple[str, str], Service])
    policies: dict[tuple[str, str, str], Policy] = field(default_factory=dict[tuple[str, str, str], Policy])
    nodes: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Addresses of nodes, by name."""
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    """How many objects of each kind say nothing about connections."""
    notes: list[str] = field(default_factory=list[str])
    """What whoever reads the answer has to know."""
    problems: list[str] = field(default_factory=list[str])
    making: dict[tuple[str, str, str], str] = field(default_factory=dict[tuple[str, str, str], str])
    """Objects (kind, namespace, name) that make pods of which nothing is known, with their group."""
    bringing: dict[str, None] = field(default_factory=dict[str, None])
    """Kinds of which objects bring others, which are then missing."""
    repeated: dict[str, None] = field(default_factory=dict[str, None])
    """Objects that are there more than once, each time the same as far as the analysis reads them."""
    unplaced: int = 0
    """How many objects that count name no namespace."""
    _sources: dict[tuple[str, object], str] = field(default_factory=dict[tuple[str, object], str])
    """Where objects were found, by kind and key."""
    _waiting: list[tuple[Found, Mapping[str, Any]]] = field(
        default_factory=list[tuple[Found, Mapping[str, Any]]]
    )
    """Pods that have their node's address wait until every node is known."""

    def add(self, found: Found) -> None:
        """Read one object, or the objects of a list. What is wrong with it becomes a problem."""
        for manifest in lists.flattened(found.manifest):
            each = Found(manifest, found.source)
            self._told(each, self._add, each)

    def _told(self, found: Found, read: Callable[..., None], *arguments: Any) -> None:
        try:
            read(*arguments)
        except UnreadableError as error:
            self.problems.append(_on_one_line(f"{_named(found)}: {error}"))

    def _add(self, found: Found) -> None:
        manifest = fields.mapping(found.manifest, "")
        if not manifest:
            return
        kind = fields.text(manifest.get("kind"), "kind")
        version = fields.text(manifest.get("apiVersion"), "apiVersion")
        if kind in self.without:
            self._skip(kind)
        elif (kind, version) in _POLICIES:
            manifest = self._placed(manifest)
            policy = _POLICIES[kind, version](manifest, found.source)
            self._once(found, self.policies, (kind, policy.namespace, policy.name), policy)
        elif kind == "Namespace" and version == "v1":
            namespace = _namespace(manifest)
            self._once(found, self.namespaces, namespace.name, namespace)
        elif kind == "Service" and version == "v1":
            one = service(self._placed(manifest))
            self._once(found, self.services, (one.namespace, one.name), one)
        elif kind == "Node" and version == "v1":
            name = fields.name(known_fields.metadata(manifest))
            self._once(found, self.nodes, name, node_addresses(manifest))
        elif kind == "Pod" and version == "v1":
            self._pod(found, self._placed(manifest))
        elif kinds.is_workload(kind, version):
            self._workload(found, self._placed(manifest), kind)
        else:
            kinds.check_unknown(kind, version)
            group = kinds.foreign_group(version)
            if group is None:
                self._skip(kind)
            else:
                self._another(found, manifest, kind, group)

    def _another(self, found: Found, manifest: Mapping[str, Any], kind: str, group: str) -> None:
        """Read an object of another controller: its templates, or else that it makes what nobody knows."""
        if kinds.check_held(manifest, kind) or kinds.makes_others(kind):
            self.bringing[kind] = None
        if paths := foreign.templates(manifest, kind, group):
            manifest = self._placed(manifest)
            for number, path in enumerate(paths):
                workload = of_another(manifest, kind, group, path)
                self._keep(found, manifest, workload, number)
            return
        if foreign.makes_pods(manifest, kind, group):
            metadata = fields.mapping(manifest.get("metadata"), "metadata")
            namespace = str(metadata.get("namespace") or self.namespace)
            self.making[kind, namespace, str(metadata.get("name"))] = group
        self._skip(kind)

    def _skip(self, kind: str) -> None:
        self.skipped[kind] = self.skipped.get(kind, 0) + 1

    def _placed(self, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an object with its namespace."""
        metadata = fields.mapping(manifest.get("metadata"), "metadata")
        if metadata.get("namespace") not in (None, ""):
            return manifest
        self.unplaced += 1
        return {**manifest, "metadata": {**metadata, "namespace": self.namespace}}

    def _once(self, found: Found, known: dict[Any, Any], key: Any, value: Any) -> None:
        """Keep an object; one that says the same may stand in several files."""
        manifest = found.manifest
        if fields.is_generated(fields.mapping(manifest.get("metadata"), "metadata")):
            known[key, len(known)] = value
            return
        kind = manifest["kind"]
        if key not in known:
            known[key] = value
            self._sources[kind, key] = found.source
            return
        other = known[key]
        if (replace(other, source=value.source) if isinstance(value, Policy) else other) == value:
            self.repeated[_named(Found(manifest, ""))] = None
            return
        where = self._sources.get((kind, key))
        raise UnreadableError(
            "metadata.name",
            f"there are two of this kind and name{f', the other in {where}' if where else ''}, and they "
            "differ: `kubectl apply` would leave the later one, `kubectl create` the earlier; leave out one",
        )

    def _workload(self, found: Found, manifest: Mapping[str, Any], kind: str) -> None:
        self._keep(found, manifest, templated(manifest, kind, kinds.TEMPLATES[kind]))

    def _keep(self, found: Found, manifest: Mapping[str, Any], workload: Workload, number: int = 0) -> None:
        """Keep a workload; `number` tells those of one object apart."""
        metadata = fields.mapping(manifest.get("metadata"), "metadata")
        if fields.is_generated(metadata):
            self.owned.generated(workload)
            return
        name = f"{workload.name}{PART}{number}" if number else workload.name
        key = (workload.kind, workload.namespace, name)
        self._once(found, self.owned.workloads, key, workload)
        if (owner := owner_of(metadata)) is not None:
            self.owned.owners[key] = owner

    def _pod(self, found: Found, manifest: Mapping[str, Any]) -> None:
        status = fields.mapping(manifest.get("status"), "status")
        if status.get("phase") in _ENDED:
            self._skip("ended Pod")
            return
        pod = running(manifest, self.nodes)
        if pod.host_network and not pod.addresses:
            self._waiting.append((found, manifest))
        else:
            self._place(found, manifest, pod)

    def _place(self, found: Found, manifest: Mapping[str, Any], pod: Workload) -> None:
        metadata = fields.mapping(manifest.get("metadata"), "metadata")
        owner = owner_of(metadata)
        if fields.is_generated(metadata):
            self.owned.generated(pod)
        elif owner is None:
            self._once(found, self.owned.workloads, ("Pod", pod.namespace, pod.name), pod)
        else:
            self.owned.add_pod(pod, owner)

    def cluster(self) -> Cluster:
        """Return the cluster. Raises UnreadableClusterError with every problem if there is one."""
        waiting, self._waiting = self._waiting, []
        for found, manifest in waiting:
            self._told(found, self._place, found, manifest, running(manifest, self.nodes))
        policies = tuple(self.policies.values())
        workloads, problems = self.owned.resolved(policies)
        if self.problems or problems:
            raise UnreadableClusterError([*self.problems, *problems])
        nodes = AddressSet.of(*(address for addresses in self.nodes.values() for address in addresses))
        return Cluster(
            tuple(self.namespaces.values()),
            workloads,
            tuple(self.services.values()),
            policies,
            node_addresses=nodes,
            nodes_are_listed=bool(nodes),
            world=EVERY_ADDRESS if _uses_ipv6(policies, workloads, nodes) else EVERY_IPV4,
        )


def _uses_ipv6(policies: Iterable[Policy], workloads: Iterable[Workload], nodes: AddressSet) -> bool:
    return (
        bool(nodes & EVERY_IPV6)
        or any(":" in address for workload in workloads for address in workload.addresses)
        or any(
            isinstance(peer, AddressPeer) and peer.addresses & EVERY_IPV6
            for policy in policies
            for rule in (*policy.ingress, *policy.egress)
            for peer in rule.peers or ()
        )
    )


def contents(objects: Iterable[Found]) -> Contents:
    """Return what the objects say about connections."""
    found = Contents()
    for each in objects:
        found.add(each)
    return found


def _named(found: Found) -> str:
    """Return what an object calls itself, as far as it does."""
    manifest = found.manifest if isinstance(found.manifest, dict) else {}
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    names = [str(part) for part in (metadata.get("namespace"), metadata.get("name")) if part]
    text = " ".join(part for part in (str(manifest.get("kind") or "object"), "/".join(names)) if part)
    text = text if len(text) < 200 else f"{text[:200]}…"
    return f"{found.source}: {text}" if found.source else text


def _on_one_line(text: str) -> str:
    """Return a text without what would break its line, or steer the terminal that shows it."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _namespace(manifest: Mapping[str, Any]) -> Namespace:
    metadata = known_fields.metadata(manifest)
    name = fields.name(metadata)
    fields.namespace({"namespace": name})
    return Namespace(name, fields.labels(metadata.get("labels"), "metadata.labels"))
