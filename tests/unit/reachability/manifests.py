"""Small manifests for tests."""

from collections.abc import Iterable
from typing import Any

import pytest

from network.reachability import Cluster, Reachability, analyse
from network.reachability.addresses import AddressSet
from network.reachability.ask import peers, prepared
from network.reachability.errors import UnreadableClusterError
from network.reachability.point import Part, answers
from network.reachability.ports import PortSet, parse
from network.reachability.read.manifests import Contents, Found, contents
from network.reachability.terms import NO_TERMS

Manifest = dict[str, Any]


def pod(name: str, namespace: str = "shop", **more: Any) -> Manifest:
    """Return a pod with the label app; `more` is `labels`, `address`, or fields of its spec."""
    labels = {"app": name, **more.pop("labels", {})}
    address, owner = more.pop("address", None), more.pop("owner", None)
    metadata: Manifest = {"name": name, "namespace": namespace, "labels": labels}
    if owner:
        kind, owner_name = owner
        metadata["ownerReferences"] = [{"kind": kind, "name": owner_name, "controller": True}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [], **more},
        "status": {"podIP": address} if address else {},
    }


def template(kind: str, name: str, version: str = "apps/v1", **more: Any) -> Manifest:
    """Return a workload with a template of pods with the label app."""
    labels = {"app": name, **more.pop("labels", {})}
    metadata: Manifest = {"name": name, "namespace": "shop"}
    if owner := more.pop("owner", None):
        metadata["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "controller": True}]
    containers = more.pop("containers", [])
    spec = {"template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}, **more}
    if kind == "CronJob":
        spec = {"jobTemplate": {"spec": spec}}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def policy(name: str = "p", pods: dict[str, str] | None = None, **spec: Any) -> Manifest:
    """Return a NetworkPolicy about pods with these labels."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"podSelector": {"matchLabels": pods} if pods else {}, **spec},
    }


def cilium(name: str, selector: Manifest, **spec: Any) -> Manifest:
    """Return a CiliumNetworkPolicy."""
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNetworkPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"endpointSelector": selector, **spec},
    }


def block(cidr: str, *exceptions: str) -> Manifest:
    """Return a peer of addresses."""
    return {"ipBlock": {"cidr": cidr, **({"except": list(exceptions)} if exceptions else {})}}


def read(*objects: Manifest) -> Contents:
    return contents(Found(each, "objects.yaml") for each in objects)


def cluster(*objects: Manifest) -> Cluster:
    return read(*objects).cluster()


def problem(*objects: Manifest) -> str:
    """Return what is wrong with objects."""
    with pytest.raises(UnreadableClusterError) as raised:
        cluster(*objects)
    return str(raised.value)


def point(given: Cluster, source: str, destination: str, ports: str = "80") -> list[Part]:
    """Return the answers to a question."""
    wanted: PortSet = parse(ports)
    widened, apart = prepared(given, NO_TERMS, (source, destination))
    semantics = "cilium" if any(each.kind == "CiliumNetworkPolicy" for each in given.policies) else "vanilla"
    found: Reachability = analyse(widened, semantics, apart)
    return [
        part
        for here in peers(found, source, {})
        for there in peers(found, destination, {})
        for part in answers(found, here, there, wanted)
    ]


def verdicts(given: Cluster, source: str, destination: str, ports: str = "80") -> set[str]:
    return {part.verdict for part in point(given, source, destination, ports)}


def ranges(texts: Iterable[str]) -> AddressSet:
    return AddressSet.of(*texts)
