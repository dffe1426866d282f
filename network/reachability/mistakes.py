"""Mistakes that nearly everybody makes once: what is written means something else than what it looks like."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from network.reachability import bits, ports
from network.reachability.addresses import EVERY_IPV4
from network.reachability.analysis import Direction, Reachability
from network.reachability.families import one_family
from network.reachability.model import AddressPeer, HostPeer, PodPeer, Policy, Rule, Service
from network.reachability.ports import PortSet
from network.reachability.served import Served
from network.reachability.suspicion import Lint, Resolved

_DNS = PortSet.of("UDP", 53)
_IN_THE_CLUSTER = re.compile(r"\.svc$|\.cluster\.local$")
_SMALL = 1 << 16
"""Addresses that a block may have for one in it to be meant: a /16."""


def mistakes(found: Reachability, rules: Iterable[Resolved], served: Served) -> Iterator[Lint]:
    """Yield the suspicions, policy by policy."""
    known = list(rules)
    answering = _answering(found)
    for policy in found.resolved.policies:
        yield from _without_type(policy)
        yield from _two_rules_for_one(policy)
    for each in known:
        yield from _two_for_one(each)
        yield from _empty_lists(each)
        yield from _ports_of_services(served, each)
        yield from _blocks(found, served, each)
        yield from _dns_at_home(answering, each)
        yield from _names_of_services(each)
    yield from one_family(known)
    yield from _unlearned_names(known)


def _without_type(policy: Policy) -> Iterator[Lint]:
    for direction in policy.idle:
        kind = direction.capitalize()
        text = f"it has {direction} rules, but policyTypes lacks {kind}: they have no effect at all"
        yield Lint("rules-without-type", str(policy), text, direction)


def _two_for_one(each: Resolved) -> Iterator[Lint]:
    """Yield a namespaceSelector followed by a podSelector in an item of its own."""
    peers = [peer for peer in each.rule.peers or () if isinstance(peer, PodPeer)]
    for one, other in pairwise(peers):
        pair = (one, other) if other.namespaces is None else (other, one)
        namespaces, pods = pair
        if (
            namespaces.namespaces is not None
            and not namespaces.pods.requirements
            and pods.namespaces is None
            and pods.pods.requirements
        ):
            text = (
                f"{each.where}: two items, so any pod of namespaces with `{namespaces.namespaces}`, and "
                f"`{pods.pods}` of {each.policy.namespace}; pods that are both are meant by one item with "
                "both selectors"
            )
            yield Lint("two-peers-for-one", str(each.policy), text, (each.direction, *pair))


def _two_rules_for_one(policy: Policy) -> Iterator[Lint]:
    """Yield a rule of peers alone beside one of ports alone."""
    directions: tuple[tuple[Direction, tuple[Rule, ...]], ...] = (
        ("ingress", policy.ingress),
        ("egress", policy.egress),
    )
    for direction, rules in directions:
        for number, (one, other) in enumerate(pairwise(rules)):
            if (_is_of_peers(one) and _is_of_ports(other)) or (_is_of_ports(one) and _is_of_peers(other)):
                text = (
                    f"{direction} rules {number + 1} and {number + 2}: one has peers and every port, the "
                    "other ports and anyone; these peers on these ports are meant by one rule with both"
                )
                yield Lint("two-rules-for-one", str(policy), text, (direction, one, other))


def _is_of_peers(rule: Rule) -> bool:
    return bool(rule.peers) and rule.ports == ports.ALL and not rule.empty_ports


def _is_of_ports(rule: Rule) -> bool:
    return rule.peers is None and not rule.empty_peers and rule.ports != ports.ALL


def _empty_lists(each: Resolved) -> Iterator[Lint]:
    about = (each.direction, each.rule)
    key = "from" if each.direction == "ingress" else "to"
    if each.rule.empty_peers and each.rule.peers is None:
        text = f"{each.where}: `{key}` is empty, which means anyone, not no one"
        yield Lint("anyone-by-empty-list", str(each.policy), text, about)
    elif each.rule.empty_peers:
        text = f"{each.where}: its list of peers is empty, which means no one to Cilium: it allows nothing"
        yield Lint("nobody-by-empty-list", str(each.policy), text, about)
    if each.rule.empty_ports:
        text = f"{each.where}: its list of ports is empty, which means every port, not none"
        yield Lint("every-port-by-empty-list", str(each.policy), text, about)


def _ports_of_services(served: Served, each: Resolved) -> Iterator[Lint]:
    """Yield ports that are those of a Service, where its pods listen on others."""
    for found in served.misleading(each.rule.ports, each.destinations):
        text = (
            f"{each.where}: port {found.number} is {found.what} of {_called(found.service)}; "
            f"policies act on the pods' own, {found.target}"
        )
        yield Lint("port-of-service", str(each.policy), text, (each.direction, each.rule, found.number))


def _called(service: Service) -> str:
    return f"Service {service.namespace}/{service.name}"


def _blocks(found: Reachability, served: Served, each: Resolved) -> Iterator[Lint]:
    blocks = [peer for peer in each.rule.peers or () if isinstance(peer, AddressPeer)]
    for peer in blocks:
        if not peer.addresses:
            text = f"{each.where}: the exceptions of ipBlock {peer.text} cover all of it: it allows nothing"
            yield Lint("covered-by-its-exceptions", str(each.policy), text, (each.direction, peer))
        if (service := _service_in(found, served, peer)) is not None:
            text = (
                f"{each.where}: ipBlock {peer.text} holds the address of {_called(service)}; "
                "policies act on the pods behind it, so select these"
            )
            yield Lint("block-of-service", str(each.policy), text, (each.direction, peer, service.name))


def _service_in(found: Reachability, served: Served, peer: AddressPeer) -> Service | None:
    """Return a Service whose address a block holds that is narrow enough for one to be meant."""
    narrow = sum(last - first + 1 for first, last in (peer.addresses & EVERY_IPV4).line) <= _SMALL
    if narrow or peer.addresses <= found.cluster.service_addresses:
        return served.at(peer.addresses)
    return None


def _answering(found: Reachability) -> int:
    """Return the classes of pods that may answer questions about names."""
    return bits.of(
        [
            number
            for number, each in enumerate(found.classes)
            if any(
                (port.protocol, port.number) == ("UDP", 53) or port.name in ("dns", "dns-tcp")
                for workload in each.workloads
                for port in workload.ports
            )
        ]
    )


def _dns_at_home(answering: int, each: Resolved) -> Iterator[Lint]:
    """Yield rules that let pods ask for names only in their own namespace, where nobody answers."""
    rule = each.rule
    # Among others a port of DNS is meant where it stands alone, not in a range.
    if each.direction != "egress" or not rule.peers or not set(_DNS.line) <= set(rule.ports.line):
        return
    own = all(isinstance(peer, PodPeer) and peer.namespaces is None for peer in rule.peers)
    if own and not each.peers & answering and each.policy.namespace != "kube-system":
        text = (
            f"{each.where}: allows DNS to pods of {each.policy.namespace} only, and the cluster's DNS runs "
            "in kube-system: a namespaceSelector is missing"
        )
        yield Lint("dns-to-own-namespace", str(each.policy), text, (each.direction, rule))


def _names_of_services(each: Resolved) -> Iterator[Lint]:
    """Yield host names that are Services': Cilium's identity of their pods is none of an address."""
    for peer in each.rule.peers or ():
        if isinstance(peer, HostPeer) and _IN_THE_CLUSTER.search(peer.pattern):
            text = (
                f"{each.where}: {peer.pattern} is a Service's name, and Cilium knows pods by their labels, "
                "never by a name: the rule matches nothing; select the pods behind it"
            )
            yield Lint("name-of-service", str(each.policy), text, (each.direction, peer))


def _unlearned_names(rules: list[Resolved]) -> Iterator[Lint]:
    """Yield rules about host names for pods whose answers from DNS Cilium does not look at."""
    learning = 0
    for each in rules:
        if each.direction == "egress" and each.rule.learns_names:
            learning |= each.targets
    for each in rules:
        hosts = [peer.pattern for peer in each.rule.peers or () if isinstance(peer, HostPeer)]
        if hosts and each.targets & ~learning:
            text = (
                f"{each.where}: nothing tells Cilium the addresses of {', '.join(hosts[:3])}: these pods "
                'need a rule to the DNS server with `rules: {dns: [{matchPattern: "*"}]}`'
            )
            yield Lint("unlearned-names", str(each.policy), text, (each.direction, each.rule))
