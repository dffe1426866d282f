"""Who is meant by a name: whatever this analysis, the flows or a review call somebody is understood."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from network.reachability import bits
from network.reachability.addresses import EVERY_ADDRESS, AddressSet
from network.reachability.analysis import Reachability
from network.reachability.classes import PeerClass
from network.reachability.model import Cluster, Workload
from network.reachability.names import name_of
from network.reachability.selectors import EVERYTHING, Selector
from network.reachability.syntax import is_host
from network.reachability.terms import Terms

Aliases = Mapping[str, tuple[str, Selector]]
"""Other names of pods: the namespace and what selects them in it."""

_ENTITIES = {
    "nodes": "other-nodes",
    "other nodes": "other-nodes",
    "own-node": "own-node",
    "the pod's own node": "own-node",
    "kube-apiserver": "kube-apiserver",
    "API server": "kube-apiserver",
    "world": "world",
    "the internet": "world",
}
_SHOWN_ADDRESSES = 3
_SHOWN = 30
"""Names that an error lists."""
_IN_THE_CLUSTER = re.compile(r"\.svc(\.|$)|\.cluster\.local$")
"""Names of hosts by which pods know Services."""
_LIKE_A_RANGE = re.compile(r"[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*/\d+")


class UnknownNameError(ValueError):
    """Nobody is called so."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A class, and what of it was asked for."""

    number: int
    text: str


def prepared(cluster: Cluster, apart: Terms, names: Iterable[str]) -> tuple[Cluster, Terms]:
    """Return what to analyse so that the names are told apart: addresses, ranges and hosts that no policy
    names, and IPv6 where nothing else has it."""
    for name in names:
        if (addresses := _addresses(name)) is not None:
            apart |= Terms(blocks=(addresses,))
            if ":" in name:
                cluster = replace(cluster, world=EVERY_ADDRESS)
        elif is_host(name):
            apart |= Terms(hosts=frozenset((_pattern(name),)))
    return cluster, apart


def peers(found: Reachability, name: str, aliases: Aliases) -> list[Asked]:
    """Return the classes that a name means. Raises UnknownNameError."""
    if not name.strip():
        raise UnknownNameError("an empty name is nobody's: who is meant by --from and by --to?")
    if _IN_THE_CLUSTER.search(name.lower().rstrip(".")):
        raise UnknownNameError(
            f"{name} is a name inside the cluster, of a Service: policies act on the pods behind it, so "
            "name these"
        )
    classes = _classes(found, name, aliases)
    asked = [Asked(number, _text(found, number, name)) for number in bits.members(classes)]
    if not asked:
        known = sorted({str(workload) for each in found.classes for workload in each.workloads})
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        why = next(_why_nobody(found, name), "")
        raise UnknownNameError(
            f"nothing is called {name}{why}; there are nodes, own-node, kube-apiserver, world, addresses, "
            f"{', '.join(known[:_SHOWN])}{more}"
        )
    return asked


def _why_nobody(found: Reachability, name: str) -> Iterator[str]:
    """Yield what may have been meant by a name of nobody."""
    namespace, slash, rest = name.partition("/")
    namespaces = {each.name for each in found.cluster.namespaces}
    namespaces |= {each.namespace for each in (*found.cluster.workloads, *found.cluster.policies)}
    if _LIKE_A_RANGE.fullmatch(name):
        yield ", which is no range either"
    if "*" in name.removesuffix("/*"):
        yield ": `*` stands for every pod of one namespace (`shop/*`) or begins a host (`*.example.com`)"
    if name in namespaces:
        yield f", but a namespace: `{name}/*` is every pod of it"
    if slash and namespace and namespace not in namespaces and " " not in namespace:
        yield f", for there is no namespace {namespace}"
    if slash and rest == "*":
        yield f", for no pod of {namespace} is in the input"
    for service in found.cluster.services:
        if name == f"{service.namespace}/{service.name}":
            yield " but a Service: policies act on the pods behind it, so name these"


def _classes(found: Reachability, name: str, aliases: Aliases) -> int:
    resolved = found.resolved
    match _ENTITIES.get(name):
        case "other-nodes":
            return resolved.of_entity("other-nodes")
        case "own-node":
            return resolved.of_entity("own-node")
        case "kube-apiserver":
            return resolved.of_entity("kube-apiserver")
        case "world":
            return resolved.of_entity("world")
        case _:
            pass
    if (addresses := _addresses(name)) is not None:
        return resolved.of_address(name) if "/" not in name else resolved.of_addresses(addresses)
    called = bits.of([index for index, each in enumerate(found.classes) if _is(each, name, found.cluster)])
    if called:
        return called
    namespace, slash, rest = name.partition("/")
    if name in aliases:
        return resolved.of_pods(*aliases[name])
    return resolved.of_pods(namespace, EVERYTHING) if slash and rest == "*" else 0


def _addresses(name: str) -> AddressSet | None:
    try:
        return AddressSet.of(str(ip_network(name, strict=False)))
    except ValueError:
        return None


def _pattern(name: str) -> str:
    """Return a host as policies name it: in Cilium's words `**.` is one label or more."""
    name = name.lower().removesuffix(".")
    return f"*{name}" if name.startswith("*.") else name


def _is(each: PeerClass, name: str, cluster: Cluster) -> bool:
    return (
        (each.kind == "host" and each.host in (name, _pattern(name)))
        or name_of(each, cluster) == name
        or any(_called(workload, name) for workload in each.workloads)
    )


def _called(workload: Workload, name: str) -> bool:
    return name in (
        str(workload),
        f"{workload} ({workload.kind})",
        f"{workload.kind} {workload}",
        f"{workload.kind}/{workload}",
    )


def _text(found: Reachability, number: int, name: str) -> str:
    """Return what was asked for of a class, not the whole of it."""
    each = found.classes[number]
    if each.workloads:
        if (address := _address(name)) is not None:
            having = {str(one) for one in each.workloads if address in map(_address, one.addresses)}
            return f"{name} ({', '.join(sorted(having))})" if having else name
        called = {(one.kind, str(one)) for one in each.workloads if _called(one, name)}
        if not called:
            return str(each)
        everywhere = {
            (one.kind, str(one)) for other in found.classes for one in other.workloads if _called(one, name)
        }
        if len(everywhere) > 1:
            return " and ".join(sorted(f"{one} ({kind})" for kind, one in called))
        ((_, only),) = called
        return f"{only} ({_own_addresses(each, name)})" if _is_divided(found, name) else only
    if each.kind == "host" and is_host(name):
        return name
    asked = _addresses(name)
    if asked is not None and each.kind == "addresses":
        return name if "/" not in name else str(each.addresses & asked)
    return name if asked is not None else name_of(each, found.cluster)


def _is_divided(found: Reachability, name: str) -> bool:
    """Say whether the addresses of one workload put it into several classes."""
    having = [
        each
        for each in found.classes
        if any(_called(workload, name) and workload.addresses for workload in each.workloads)
    ]
    return len(having) > 1


def _own_addresses(each: PeerClass, name: str) -> str:
    found = [address for one in each.workloads if _called(one, name) for address in one.addresses]
    more = f" and {len(found) - _SHOWN_ADDRESSES} more" if len(found) > _SHOWN_ADDRESSES else ""
    return f"{', '.join(found[:_SHOWN_ADDRESSES])}{more}"


def _address(text: str) -> object:
    try:
        return ip_address(text)
    except ValueError:
        return None
