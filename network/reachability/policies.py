"""NetworkPolicies (networking.k8s.io/v1) in the terms of the analysis."""

from collections.abc import Mapping
from typing import Any

from network.reachability import fields, known_fields, ports
from network.reachability.addresses import AddressSet
from network.reachability.errors import UnreadableError
from network.reachability.model import AddressPeer, NamedPort, Peer, PodPeer, Policy, Rule
from network.reachability.ports import FIRST, LAST, PROTOCOL_NAMES, PortSet, Protocol

_SPEC = ("podSelector", "policyTypes", "ingress", "egress")


def network_policy(manifest: Mapping[str, Any], source: str = "") -> Policy:
    """Return a NetworkPolicy of the API's form. Raises UnreadableError if it is not of that form."""
    fields.only(manifest, known_fields.OBJECT, "")
    metadata = known_fields.metadata(manifest)
    spec = fields.mapping(manifest.get("spec"), "spec")
    fields.only(spec, _SPEC, "spec")
    ingress = _rules(spec.get("ingress"), "spec.ingress", "from")
    egress = _rules(spec.get("egress"), "spec.egress", "to")
    types = _types(spec, bool(egress))
    return Policy(
        "NetworkPolicy",
        fields.namespace(metadata),
        fields.name(metadata),
        fields.selector(spec.get("podSelector"), "spec.podSelector"),
        isolates_ingress="Ingress" in types,
        isolates_egress="Egress" in types,
        # Rules of a direction that is not among the types have no effect.
        ingress=ingress if "Ingress" in types else (),
        egress=egress if "Egress" in types else (),
        source=source,
        idle=tuple(
            direction
            for direction in ("ingress", "egress")
            if direction.capitalize() not in types and spec.get(direction) is not None
        ),
    )


def _types(spec: Mapping[str, Any], has_egress: bool) -> set[str]:
    """Return the directions; when not given, egress counts only if there is a rule for it."""
    given = [value for _, value in fields.items(spec.get("policyTypes"), "spec.policyTypes")]
    for value in given:
        if value not in ("Ingress", "Egress"):
            raise UnreadableError("spec.policyTypes", f"must be Ingress or Egress, not {value!r}")
    return set(given) or ({"Ingress", "Egress"} if has_egress else {"Ingress"})


def _rules(value: Any, path: str, key: str) -> tuple[Rule, ...]:
    """Return the rules of one direction; `key` names their peers."""
    found: list[Rule] = []
    for here, element in fields.items(value, path):
        rule = fields.mapping(element, here)
        fields.only(rule, (key, "ports"), here)
        peers = [
            _peer(fields.mapping(given, at), at) for at, given in fields.items(rule.get(key), f"{here}.{key}")
        ]
        numbers, names = _ports(rule.get("ports"), f"{here}.ports")
        found.append(
            Rule(
                tuple(peers) if peers else None,
                numbers,
                names,
                empty_peers=key in rule and not peers,
                empty_ports=rule.get("ports") == [],
            )
        )
    return tuple(found)


def _peer(peer: Mapping[str, Any], path: str) -> Peer:
    fields.only(peer, ("podSelector", "namespaceSelector", "ipBlock"), path)
    block = peer.get("ipBlock")
    namespaces, pods = peer.get("namespaceSelector"), peer.get("podSelector")
    if block is not None:
        if namespaces is not None or pods is not None:
            raise UnreadableError(path, "ipBlock stands alone: no selector beside it")
        return _block(fields.mapping(block, f"{path}.ipBlock"), f"{path}.ipBlock")
    if namespaces is None and pods is None:
        raise UnreadableError(path, "must specify a peer")
    return PodPeer(
        None if namespaces is None else fields.selector(namespaces, f"{path}.namespaceSelector"),
        fields.selector(pods, f"{path}.podSelector"),
    )


def _block(block: Mapping[str, Any], path: str) -> AddressPeer:
    fields.only(block, ("cidr", "except"), path)
    return address_block(block.get("cidr"), block.get("except"), path)


def address_block(cidr: Any, exceptions: Any, path: str) -> AddressPeer:
    """Return the peer of a range without its exceptions, which must lie strictly inside it."""
    given = fields.text(cidr, f"{path}.cidr")
    whole = addresses(given, f"{path}.cidr")
    left = whole
    excepted: list[str] = []
    for here, exception in fields.items(exceptions, f"{path}.except"):
        text = fields.text(exception, here)
        part = addresses(text, here)
        if not part <= whole or part == whole:
            raise UnreadableError(here, f"{text} is not a strict part of {given}")
        left = left - part
        excepted.append(text)
    return AddressPeer(left, f"{given} except {', '.join(excepted)}" if excepted else given)


def addresses(text: str, path: str) -> AddressSet:
    """Return the addresses of a range in CIDR form."""
    if "/" not in text:
        raise UnreadableError(path, f"{text} is no range such as 10.0.0.0/8")
    try:
        return AddressSet.of(text)
    except ValueError as error:
        raise UnreadableError(path, str(error)) from error


def _ports(value: Any, path: str) -> tuple[PortSet, tuple[NamedPort, ...]]:
    """Return the ports by number and those by name; without any entry, every port."""
    numbers: list[PortSet] = []
    names: list[NamedPort] = []
    for here, element in fields.items(value, path):
        entry = fields.mapping(element, here)
        fields.only(entry, ("port", "endPort", "protocol"), here)
        port, end = entry.get("port"), entry.get("endPort")
        protocol = protocol_of(entry.get("protocol"), f"{here}.protocol")
        if isinstance(port, str):
            if end is not None:
                raise UnreadableError(f"{here}.endPort", "a named port has no end")
            names.append(NamedPort(fields.port_name(port, f"{here}.port"), protocol))
        elif port is None:
            if end is not None:
                raise UnreadableError(f"{here}.endPort", "needs a port to start from")
            numbers.append(PortSet.of(protocol, FIRST, LAST))
        else:
            first = fields.number(port, f"{here}.port", FIRST, LAST)
            last = first if end is None else fields.number(end, f"{here}.endPort", first, LAST)
            numbers.append(PortSet.of(protocol, first, last))
    if not numbers and not names:
        return ports.ALL, ()
    return PortSet.any_of(numbers), tuple(dict.fromkeys(names))


def protocol_of(value: Any, path: str) -> Protocol:
    """Return the protocol; TCP when it is not given."""
    if value in (None, ""):
        return "TCP"
    found = PROTOCOL_NAMES.get(value) if isinstance(value, str) else None
    if found is None:
        raise UnreadableError(path, f"must be one of {', '.join(PROTOCOL_NAMES)}, not {value!r}")
    return found
