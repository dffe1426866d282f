"""Mistakes that nearly everybody makes once: what is written means something else than what it looks like."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from network.reachability import bits
from network.reachability.addresses import EVERY_IPV4, EVERY_IPV6, AddressSet
from network.reachability.analysis import Direction, Reachability
from network.reachability.model import AddressPeer, HostPeer, PodPeer, Policy, Rule, Service
from network.reachability.ports import PortSet
from network.reachability.served import Served
from network.reachability.suspicion import Lint, Resolved

_DNS = PortSet.of("UDP", 53) | PortSet.of("TCP", 53)
_SMALL = 1 << 16
"""Addresses that a block may have for one in it to be meant: a /16."""


def mistakes(found: Reachability, rules: Iterable[Resolved]) -> Iterator[Lint]:
    """Yield the suspicions, policy by policy."""
    known = list(rules)
    served, to_ipv6, answering = Served(found), _open_to_ipv6(known), _answering(found)
    for policy in found.resolved.policies:
        yield from _without_type(policy)
    for each in known:
        yield from _two_for_one(each)
        yield from _empty_lists(each)
        yield from _ports_of_services(served, each)
        yield from _blocks(found, served, to_ipv6, each)
        yield from _dns_at_home(answering, each)
    yield from _unlearned_names(known)


def _without_type(policy: Policy) -> Iterator[Lint]:
    for direction in policy.idle:
        kind = direction.capitalize()
        text = f"it has {direction} rules, but policyTypes lacks {kind}: they have no effect at all"
        yield Lint("rules-without-type", str(policy), text, direction)


def _two_for_one(each: Resolved) -> Iterator[Lint]:
    """Yield a namespaceSelector followed by a podSelector in an item of its own."""
    peers = each.rule.peers or ()
    for one, other in pairwise(peers):
        if not (isinstance(one, PodPeer) and isinstance(other, PodPeer)):
            continue
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


def _empty_lists(each: Resolved) -> Iterator[Lint]:
    if each.rule.empty_peers:
        key = "from" if each.direction == "ingress" else "to"
        text = f"{each.where}: `{key}` is empty, which means anyone, not no one"
        yield Lint("anyone-by-empty-list", str(each.policy), text, (each.direction, each.rule))


def _ports_of_services(served: Served, each: Resolved) -> Iterator[Lint]:
    """Yield ports that are those of a Service, where its pods listen on others."""
    for service, port in served.misleading(each.rule.ports, each.destinations):
        text = (
            f"{each.where}: port {port.number} is that of {_called(service)}; "
            f"policies act on the pods' own, {port.target}"
        )
        yield Lint("port-of-service", str(each.policy), text, (each.direction, each.rule, port.number))


def _called(service: Service) -> str:
    return f"Service {service.namespace}/{service.name}"


def _blocks(
    found: Reachability, served: Served, to_ipv6: Mapping[tuple[str, Direction], int], each: Resolved
) -> Iterator[Lint]:
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
    every = AddressSet.any_of(peer.addresses for peer in blocks)
    wide = [peer for peer in blocks if peer.text.startswith("0.0.0.0/0") and peer.addresses]
    if wide and not every & EVERY_IPV6 and not _is_open_to_ipv6(to_ipv6, each):
        text = f"{each.where}: ipBlock {wide[0].text} is IPv4 only: nothing of IPv6 (::/0) is allowed"
        yield Lint("ipv6-forgotten", str(each.policy), text, (each.direction, wide[0]))


def _service_in(found: Reachability, served: Served, peer: AddressPeer) -> Service | None:
    """Return a Service whose address a block holds that is narrow enough for one to be meant."""
    narrow = sum(last - first + 1 for first, last in (peer.addresses & EVERY_IPV4).line) <= _SMALL
    if narrow or peer.addresses <= found.cluster.service_addresses:
        return served.at(peer.addresses)
    return None


def _is_open_to_ipv6(to_ipv6: Mapping[tuple[str, Direction], int], each: Resolved) -> bool:
    """Say whether other rules open all pods of this one to all of IPv6; without pods, those of its policy."""
    if each.targets:
        return not each.targets & ~to_ipv6.get((each.policy.namespace, each.direction), 0)
    return any(map(_has_ipv6, each.policy.ingress if each.direction == "ingress" else each.policy.egress))


def _has_ipv6(rule: Rule) -> bool:
    return rule.peers is None or any(
        isinstance(peer, AddressPeer) and peer.addresses >= EVERY_IPV6 for peer in rule.peers
    )


def _open_to_ipv6(rules: Iterable[Resolved]) -> Mapping[tuple[str, Direction], int]:
    """Return the pods that some rule opens to all of IPv6, by namespace and direction."""
    found: defaultdict[tuple[str, Direction], int] = defaultdict(int)
    for each in rules:
        if _has_ipv6(each.rule):
            found[each.policy.namespace, each.direction] |= each.targets
    return found


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
    if each.direction != "egress" or not rule.peers or not rule.ports or not rule.ports <= _DNS:
        return
    own = all(isinstance(peer, PodPeer) and peer.namespaces is None for peer in rule.peers)
    if own and not each.peers & answering and each.policy.namespace != "kube-system":
        text = (
            f"{each.where}: allows DNS to pods of {each.policy.namespace} only, and the cluster's DNS runs "
            "in kube-system: a namespaceSelector is missing"
        )
        yield Lint("dns-to-own-namespace", str(each.policy), text, (each.direction, rule))


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
