"""CiliumNetworkPolicies in the terms of the analysis, as far as `network.plan` makes them.

Everything else is refused by name: to leave out a rule would give a wrong answer. What a rule means
was read in Cilium 1.20 (pkg/policy): a rule has one kind of peer; without any it is about everyone if
it has ports, about no one if it has none.
"""

from collections.abc import Mapping
from typing import Any

from network.reachability import fields, known_fields, ports, syntax
from network.reachability.errors import UnreadableError
from network.reachability.model import (
    AddressPeer,
    Entity,
    EntityPeer,
    HostPeer,
    NamedPort,
    Peer,
    PodPeer,
    Policy,
    Rule,
)
from network.reachability.policies import address_block, addresses
from network.reachability.ports import FIRST, LAST, PROTOCOL_NAMES, PROTOCOLS, PortSet, Protocol
from network.reachability.selectors import NAMESPACE_NAME, SERVICE_ACCOUNT, Requirement, Selector

_ENTITIES: Mapping[str, tuple[Entity, ...]] = {
    "all": ("all",),
    "world": ("world",),
    "cluster": ("cluster",),
    "host": ("own-node",),
    "remote-node": ("other-nodes",),
    "kube-apiserver": ("kube-apiserver",),
}
_NAMESPACE = "io.kubernetes.pod.namespace"
_NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels."
_ADDED = ("io.cilium.", "io.kubernetes.pod.")
"""Begin the labels that Cilium itself gives to endpoints, over whatever the pods say."""
_SPEC = ("endpointSelector", "enableDefaultDeny", "ingress", "egress", "description")


def cilium_policy(manifest: Mapping[str, Any], source: str = "") -> Policy:
    """Return a CiliumNetworkPolicy. Raises UnreadableError for what is not modelled."""
    fields.only(manifest, (*known_fields.OBJECT, "specs"), "")
    metadata = known_fields.metadata(manifest)
    namespace = fields.namespace(metadata)
    if manifest.get("specs") is not None:
        raise UnreadableError("specs", "several rules in one object are not known to the analysis")
    spec = fields.mapping(manifest.get("spec"), "spec")
    fields.only(spec, _SPEC, "spec")
    if spec.get("endpointSelector") is None:
        raise UnreadableError("spec.endpointSelector", "is required")
    pods = _endpoints(spec["endpointSelector"], "spec.endpointSelector")
    if pods.namespaces is not None:
        raise UnreadableError("spec.endpointSelector", "a policy is about pods of its own namespace")
    ingress = _rules(spec.get("ingress"), "spec.ingress", "from")
    egress = _rules(spec.get("egress"), "spec.egress", "to")
    if spec.get("ingress") is None and spec.get("egress") is None:
        raise UnreadableError("spec", "must have ingress or egress")
    denies = fields.mapping(spec.get("enableDefaultDeny"), "spec.enableDefaultDeny")
    fields.only(denies, ("ingress", "egress"), "spec.enableDefaultDeny")
    return Policy(
        "CiliumNetworkPolicy",
        namespace,
        fields.name(metadata),
        pods.pods,
        isolates_ingress=_isolates(denies, "ingress", ingress),
        isolates_egress=_isolates(denies, "egress", egress),
        ingress=ingress,
        egress=egress,
        source=source,
    )


def _isolates(denies: Mapping[str, Any], direction: str, rules: tuple[Rule, ...]) -> bool:
    given = denies.get(direction)
    if given is not None and not isinstance(given, bool):
        raise UnreadableError(f"spec.enableDefaultDeny.{direction}", "must be true or false")
    # A direction without rules has no default deny, whatever is asked for.
    return bool(rules) and given is not False


def _rules(value: Any, path: str, side: str) -> tuple[Rule, ...]:
    return tuple(_rule(fields.mapping(given, here), here, side) for here, given in fields.items(value, path))


def _rule(rule: Mapping[str, Any], path: str, side: str) -> Rule:
    kinds = tuple(f"{side}{kind}" for kind in ("Endpoints", "Entities", "CIDR", "CIDRSet"))
    kinds += ("toFQDNs",) if side == "to" else ()
    fields.only(rule, (*kinds, "toPorts"), path)
    given = [kind for kind in kinds if rule.get(kind) is not None]
    if len(given) > 1:
        raise UnreadableError(path, f"combines {' and '.join(given)}, which Cilium refuses")
    numbers, names = _ports(rule.get("toPorts"), f"{path}.toPorts")
    if not given:
        has_ports = bool(rule.get("toPorts"))
        return Rule(None if has_ports else (), numbers, names, _learns_names(rule, path))
    (kind,) = given
    peers: list[Peer] = []
    for here, element in fields.items(rule[kind], f"{path}.{kind}"):
        peers += _peers(kind.removeprefix(side), element, here)
    return Rule(
        tuple(peers),
        numbers,
        names,
        _learns_names(rule, path),
        empty_peers=not peers,
        empty_ports=rule.get("toPorts") == [],
    )


def _learns_names(rule: Mapping[str, Any], path: str) -> bool:
    entries = fields.items(rule.get("toPorts"), f"{path}.toPorts")
    return any(fields.mapping(entry, here).get("rules") for here, entry in entries)


def _peers(kind: str, value: Any, path: str) -> list[Peer]:
    match kind:
        case "Endpoints":
            return [_endpoints(value, path)]
        case "Entities":
            known = _ENTITIES.get(fields.text(value, path))
            if known is None:
                raise UnreadableError(path, f"entity {value} is not known to the analysis")
            return [EntityPeer(entity) for entity in known]
        case "CIDR":
            text = fields.text(value, path)
            return [AddressPeer(addresses(text, path), text)]
        case "CIDRSet":
            block = fields.mapping(value, path)
            fields.only(block, ("cidr", "except"), path)
            return [address_block(block.get("cidr"), block.get("except"), path)]
        case _:
            name = fields.mapping(value, path)
            fields.only(name, ("matchName", "matchPattern"), path)
            patterns = [given for given in name.values() if given is not None]
            if len(patterns) != 1:
                raise UnreadableError(path, "has one of matchName and matchPattern")
            return [HostPeer(fields.text(patterns[0], path).lower().rstrip("."))]


def _endpoints(value: Any, path: str) -> PodPeer:
    """Return the pods of a selector whose keys may carry Cilium's prefixes.

    Without a word about namespaces it means those of the policy's own.
    """
    found = fields.selector(value, path, _check_key)
    namespaces: list[Requirement] = []
    pods: list[Requirement] = []
    for requirement in found.requirements:
        name = _plain(requirement.key)
        if name == _NAMESPACE:
            namespaces.append(Requirement(NAMESPACE_NAME, requirement.operator, requirement.values))
        elif name.startswith(_NAMESPACE_LABELS):
            label = name.removeprefix(_NAMESPACE_LABELS)
            namespaces.append(Requirement(label, requirement.operator, requirement.values))
        elif name != SERVICE_ACCOUNT and name.startswith(_ADDED):
            # The cluster's name is in no manifest, and the rest is Cilium's own affair.
            raise UnreadableError(path, f"{name} is a label that Cilium adds, and not known to the analysis")
        else:
            pods.append(Requirement(name, requirement.operator, requirement.values))
    return PodPeer(
        Selector(tuple(sorted(namespaces))) if namespaces else None,
        Selector(tuple(sorted(pods))),
    )


def _plain(key: str) -> str:
    """Return a label's key without the source that Cilium lets stand before it."""
    source, colon, rest = key.partition(":")
    return rest if colon else source


def _check_key(key: str, path: str) -> None:
    source, colon, _ = key.partition(":")
    if colon and source not in ("k8s", "any"):
        raise UnreadableError(path, f"labels of source {source} are not known to the analysis")
    syntax.label_key(_plain(key).removeprefix(_NAMESPACE_LABELS), path)


def _ports(value: Any, path: str) -> tuple[PortSet, tuple[NamedPort, ...]]:
    numbers: list[PortSet] = []
    names: list[NamedPort] = []
    for here, element in fields.items(value, path):
        entry = fields.mapping(element, here)
        fields.only(entry, ("ports", "rules"), here)
        _only_dns(entry.get("rules"), f"{here}.rules")
        for at, given in fields.items(entry.get("ports"), f"{here}.ports"):
            port = fields.mapping(given, at)
            fields.only(port, ("port", "endPort", "protocol"), at)
            for protocol in _protocols(port.get("protocol"), f"{at}.protocol"):
                _add(port, protocol, at, numbers, names)
    if not numbers and not names:
        return ports.ALL, ()
    return PortSet.any_of(numbers), tuple(dict.fromkeys(names))


def _only_dns(value: Any, path: str) -> None:
    """DNS rules that let every name pass restrict nothing; others do what ports cannot express."""
    rules = fields.mapping(value, path)
    fields.only(rules, ("dns",), path)
    given = [rule for _, rule in fields.items(rules.get("dns"), f"{path}.dns")]
    if given and {"matchPattern": "*"} not in given:
        raise UnreadableError(f"{path}.dns", "only the pattern `*` is known to the analysis")


def _protocols(value: Any, path: str) -> tuple[Protocol, ...]:
    if value in (None, "ANY"):
        return PROTOCOLS
    found = PROTOCOL_NAMES.get(value) if isinstance(value, str) else None
    if found is None:
        raise UnreadableError(path, f"protocol {value} is not known to the analysis")
    return (found,)


def _add(
    port: Mapping[str, Any],
    protocol: Protocol,
    path: str,
    numbers: list[PortSet],
    names: list[NamedPort],
) -> None:
    """Read one port; Cilium writes numbers as texts, and 0 for all of them."""
    given = port.get("port")
    text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    text = fields.text(text, f"{path}.port")
    if not (text.isascii() and text.isdecimal()):
        names.append(NamedPort(fields.port_name(text, f"{path}.port"), protocol))
        return
    first = fields.number(int(text), f"{path}.port", 0, LAST)
    end = port.get("endPort")
    if first == 0:
        numbers.append(PortSet.of(protocol, FIRST, LAST))
        return
    last = first if end in (None, 0) else fields.number(end, f"{path}.endPort", first, LAST)
    numbers.append(PortSet.of(protocol, first, last))
