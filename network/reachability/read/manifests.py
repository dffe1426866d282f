"""A cluster from Kubernetes objects, wherever they come from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from typing import Any, get_args

from network.reachability import fields
from network.reachability.addresses import EVERY_ADDRESS, EVERY_IPV4, EVERY_IPV6, AddressSet
from network.reachability.cilium import cilium_policy
from network.reachability.errors import UnreadableClusterError, UnreadableError
from network.reachability.model import (
    AddressPeer,
    Cluster,
    ContainerPort,
    Namespace,
    Policy,
    Service,
    ServicePort,
    ServiceType,
    Workload,
)
from network.reachability.policies import network_policy, protocol_of
from network.reachability.ports import FIRST, LAST

_TEMPLATES = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where each kind of workload holds its pods."""

_POLICIES = {
    "NetworkPolicy": ("networking.k8s.io/", network_policy),
    "CiliumNetworkPolicy": ("cilium.io/", cilium_policy),
}

UNKNOWN_POLICIES = (
    "CiliumClusterwideNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "ClusterNetworkPolicy",
    "GlobalNetworkPolicy",
)
"""Kinds that decide about connections and that the analysis does not model: an answer without them may
be wrong, so they are refused."""

_SERVICE_TYPES: Mapping[str, ServiceType] = {kind: kind for kind in get_args(ServiceType)}

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

    namespaces: dict[str, Namespace] = field(default_factory=dict[str, Namespace])
    workloads: dict[tuple[str, str, str], Workload] = field(
        default_factory=dict[tuple[str, str, str], Workload]
    )
    """Those that stand in a template or alone."""
    pods: dict[object, Workload] = field(default_factory=dict[object, Workload])
    """Running pods that have an owner: those of one owner that look alike are one workload."""
    services: list[Service] = field(default_factory=list[Service])
    policies: dict[tuple[str, str, str], Policy] = field(default_factory=dict[tuple[str, str, str], Policy])
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    """How many objects of each kind say nothing about connections."""
    problems: list[str] = field(default_factory=list[str])

    def add(self, found: Found) -> None:
        """Read one object, or the objects of a list. What is wrong with it becomes a problem."""
        for each in _flattened(found):
            try:
                self._add(each)
            except UnreadableError as error:
                self.problems.append(f"{_named(each)}: {error}")

    def _add(self, found: Found) -> None:
        manifest = fields.mapping(found.manifest, "")
        if not manifest:
            return
        kind = fields.text(manifest.get("kind"), "kind")
        version = fields.text(manifest.get("apiVersion"), "apiVersion")
        if kind == "Namespace" and version == "v1":
            namespace = _namespace(manifest)
            self._once(self.namespaces, namespace.name, namespace)
        elif kind == "Service" and version == "v1":
            self.services.append(_service(manifest))
        elif kind == "Pod" and version == "v1":
            self._pod(manifest)
        elif kind in _TEMPLATES and version in ("v1", "apps/v1", "batch/v1", "batch/v1beta1"):
            workload = _templated(manifest, kind)
            self._once(self.workloads, (kind, workload.namespace, workload.name), workload)
        elif kind in _POLICIES and version.startswith(_POLICIES[kind][0]):
            policy = _POLICIES[kind][1](manifest, found.source)
            self._once(self.policies, (kind, policy.namespace, policy.name), policy)
        elif kind in UNKNOWN_POLICIES or (kind == "NetworkPolicy" and "calico" in version):
            raise UnreadableError("kind", f"{kind} decides about connections, and is not modelled")
        else:
            self.skipped[kind] = self.skipped.get(kind, 0) + 1

    def _once(self, known: dict[Any, Any], key: Any, value: object) -> None:
        if key in known:
            raise UnreadableError("metadata.name", "there are two of this kind and name")
        known[key] = value

    def _pod(self, manifest: Mapping[str, Any]) -> None:
        """Add a pod. Pods of one owner that look alike are one workload."""
        status = fields.mapping(manifest.get("status"), "status")
        if status.get("phase") in _ENDED:
            self.skipped["ended Pod"] = self.skipped.get("ended Pod", 0) + 1
            return
        metadata = fields.mapping(manifest.get("metadata"), "metadata")
        workload = _workload(metadata, metadata, manifest.get("spec"), "Pod", "spec")
        addresses = _addresses(status)
        owner = _owner(metadata)
        if owner is None:
            alone = Workload(
                workload.namespace,
                workload.name,
                workload.labels,
                workload.ports,
                host_network=workload.host_network,
                addresses=addresses,
            )
            self._once(self.workloads, ("Pod", alone.namespace, alone.name), alone)
            return
        kind, name = owner
        labels = frozenset(workload.labels.items())
        key = (kind, workload.namespace, name, labels, workload.ports, workload.host_network)
        known = self.pods.get(key)
        self.pods[key] = Workload(
            workload.namespace,
            name,
            workload.labels,
            workload.ports,
            kind,
            workload.host_network,
            known.replicas + 1 if known else 1,
            (*known.addresses, *addresses) if known else addresses,
        )

    def cluster(self) -> Cluster:
        """Return the cluster. Raises UnreadableClusterError with every problem if there is one."""
        if self.problems:
            raise UnreadableClusterError(self.problems)
        policies = tuple(self.policies.values())
        workloads = (*self.workloads.values(), *self.pods.values())
        return Cluster(
            tuple(self.namespaces.values()),
            workloads,
            tuple(self.services),
            policies,
            world=EVERY_ADDRESS if _uses_ipv6(policies, workloads) else EVERY_IPV4,
        )


def _uses_ipv6(policies: Iterable[Policy], workloads: Iterable[Workload]) -> bool:
    return any(":" in address for workload in workloads for address in workload.addresses) or any(
        isinstance(peer, AddressPeer) and peer.addresses & EVERY_IPV6
        for policy in policies
        for rule in (*policy.ingress, *policy.egress)
        for peer in rule.peers or ()
    )


def contents(objects: Iterable[Found]) -> Contents:
    """Return what the objects say about connections."""
    found = Contents()
    for each in objects:
        found.add(each)
    return found


def _flattened(found: Found) -> Iterator[Found]:
    """Yield the object, or those of a `List`; lists may hold lists."""
    waiting = [found]
    while waiting:
        each = waiting.pop()
        manifest = each.manifest
        if isinstance(manifest, dict) and _is_list(manifest):
            waiting.extend(Found(item, each.source) for item in reversed(manifest["items"]))
        else:
            yield each


def _is_list(manifest: Mapping[str, Any]) -> bool:
    kind = manifest.get("kind")
    return isinstance(kind, str) and kind.endswith("List") and isinstance(manifest.get("items"), list)


def _named(found: Found) -> str:
    """Return what an object calls itself, as far as it does."""
    manifest = found.manifest if isinstance(found.manifest, dict) else {}
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    names = [str(part) for part in (metadata.get("namespace"), metadata.get("name")) if part]
    text = " ".join(part for part in (str(manifest.get("kind") or "object"), "/".join(names)) if part)
    text = text if len(text) < 200 else f"{text[:200]}…"
    return f"{found.source}: {text}" if found.source else text


def _namespace(manifest: Mapping[str, Any]) -> Namespace:
    metadata = fields.mapping(manifest.get("metadata"), "metadata")
    return Namespace(
        fields.text(metadata.get("name"), "metadata.name"),
        fields.labels(metadata.get("labels"), "metadata.labels"),
    )


def _templated(manifest: Mapping[str, Any], kind: str) -> Workload:
    metadata = fields.mapping(manifest.get("metadata"), "metadata")
    template, path = manifest, ""
    for key in _TEMPLATES[kind]:
        path = f"{path}.{key}" if path else key
        template = fields.mapping(template.get(key), path)
    pods = fields.mapping(template.get("metadata"), f"{path}.metadata")
    workload = _workload(metadata, pods, template.get("spec"), kind, f"{path}.spec")
    replicas = fields.mapping(manifest.get("spec"), "spec").get("replicas")
    if replicas is None:
        return workload
    return Workload(
        workload.namespace,
        workload.name,
        workload.labels,
        workload.ports,
        kind,
        workload.host_network,
        fields.number(replicas, "spec.replicas", 0, 1_000_000),
    )


def _workload(
    metadata: Mapping[str, Any], pods: Mapping[str, Any], spec: Any, kind: str, path: str
) -> Workload:
    given = fields.mapping(spec, path)
    ports: list[ContainerPort] = []
    # A sidecar is an init container, but what it listens on is no port that a policy may name.
    for here, container in fields.items(given.get("containers"), f"{path}.containers"):
        ports += _container_ports(fields.mapping(container, here).get("ports"), f"{here}.ports")
    host_network = given.get("hostNetwork")
    if host_network not in (None, True, False):
        raise UnreadableError(f"{path}.hostNetwork", "must be true or false")
    return Workload(
        intern(fields.text(metadata.get("namespace", "default"), "metadata.namespace")),
        fields.text(metadata.get("name"), "metadata.name"),
        fields.labels(pods.get("labels"), "labels of the pods"),
        _kept_once(tuple(ports)),
        kind,
        host_network is True,
    )


@lru_cache(maxsize=4096)
def _kept_once(ports: tuple[ContainerPort, ...]) -> tuple[ContainerPort, ...]:
    return ports


def _container_ports(value: Any, path: str) -> Iterator[ContainerPort]:
    for here, element in fields.items(value, path):
        port = fields.mapping(element, here)
        name = port.get("name")
        yield ContainerPort(
            fields.number(port.get("containerPort"), f"{here}.containerPort", FIRST, LAST),
            protocol_of(port.get("protocol"), f"{here}.protocol"),
            None if name is None else fields.text(name, f"{here}.name"),
        )


def _owner(metadata: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return kind and name of what made a pod; of a ReplicaSet's, the Deployment."""
    for here, element in fields.items(metadata.get("ownerReferences"), "metadata.ownerReferences"):
        reference = fields.mapping(element, here)
        if reference.get("controller") is not True:
            continue
        kind = fields.text(reference.get("kind"), f"{here}.kind")
        name = fields.text(reference.get("name"), f"{here}.name")
        labels = fields.labels(metadata.get("labels"), "metadata.labels")
        template = labels.get("pod-template-hash")
        if kind == "ReplicaSet" and template and name.endswith(f"-{template}"):
            return "Deployment", name.removesuffix(f"-{template}")
        if kind == "Node":
            return None
        return kind, name
    return None


def _addresses(status: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    if status.get("podIP"):
        found[fields.text(status["podIP"], "status.podIP")] = None
    for here, element in fields.items(status.get("podIPs"), "status.podIPs"):
        found[fields.text(fields.mapping(element, here).get("ip"), f"{here}.ip")] = None
    for address in found:
        try:
            AddressSet.of(address)
        except ValueError as error:
            raise UnreadableError("status.podIP", str(error)) from error
    return tuple(found)


def _service(manifest: Mapping[str, Any]) -> Service:
    metadata = fields.mapping(manifest.get("metadata"), "metadata")
    spec = fields.mapping(manifest.get("spec"), "spec")
    given = spec.get("type", "ClusterIP")
    kind = _SERVICE_TYPES.get(given) if isinstance(given, str) else None
    if kind is None:
        raise UnreadableError("spec.type", f"must be one of {', '.join(_SERVICE_TYPES)}")
    selector = spec.get("selector")
    ports: list[ServicePort] = []
    for here, element in fields.items(spec.get("ports"), "spec.ports"):
        port = fields.mapping(element, here)
        number = fields.number(port.get("port"), f"{here}.port", FIRST, LAST)
        target = port.get("targetPort", number)
        name = port.get("name")
        ports.append(
            ServicePort(
                number,
                target
                if isinstance(target, str)
                else fields.number(target, f"{here}.targetPort", FIRST, LAST),
                protocol_of(port.get("protocol"), f"{here}.protocol"),
                None if name is None else fields.text(name, f"{here}.name"),
            )
        )
    return Service(
        fields.text(metadata.get("namespace", "default"), "metadata.namespace"),
        fields.text(metadata.get("name"), "metadata.name"),
        None if selector is None else fields.labels(selector, "spec.selector"),
        tuple(ports),
        kind,
    )
