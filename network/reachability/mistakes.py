"""Mistakes that nearly everybody makes once: what is written means something else than what it looks like."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from network.reachability.addresses import EVERY_IPV4, EVERY_IPV6, AddressSet
from network.reachability.analysis import Reachability
from network.reachability.model import AddressPeer, HostPeer, PodPeer, Policy, Service, Workload
from network.reachability.ports import PortSet
from network.reachability.selectors import Selector
from network.reachability.suspicion import Lint, Resolved

_DNS = PortSet.of("UDP", 53) | PortSet.of("TCP", 53)
_SMALL = 1 << 16
"""Addresses that a block may have for one in it to be meant: a /16."""


def mistakes(found: Reachability, rules: Iterable[Resolved]) -> Iterator[Lint]:
    """Yield the suspicions, policy by policy."""
    known = list(rules)
    for policy in found.resolved.policies:
        yield from _without_type(policy)
    for each in known:
        yield from _two_for_one(each)
        yield from _empty_lists(each)
        yield from _ports_of_services(found, each)
        yield from _blocks(found, each)
        yield from _dns_at_home(found, each)
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


def _ports_of_services(found: Reachability, each: Resolved) -> Iterator[Lint]:
    """Yield ports that are those of a Service, where its pods listen on others."""
    for service in found.cluster.services:
        if not service.selector:
            continue
        pods = found.resolved.of_pods(service.namespace, Selector.of(service.selector)) & each.destinations
        if not pods:
            continue
        listening = {
            (port.protocol, port.number) for workload in _workloads(found, pods) for port in workload.ports
        }
        for port in service.ports:
            exact = PortSet.of(port.protocol, port.number)
            if (
                port.target not in (port.number, port.name)
                and exact <= each.rule.ports
                and _is_one_port(each.rule.ports, exact)
                and (port.protocol, port.number) not in listening
            ):
                text = (
                    f"{each.where}: port {port.number} is that of {_called(service)}; "
                    f"policies act on the pods' own, {port.target}"
                )
                yield Lint(
                    "port-of-service", str(each.policy), text, (each.direction, each.rule, port.number)
                )


def _called(service: Service) -> str:
    return f"Service {service.namespace}/{service.name}"


def _is_one_port(ports: PortSet, exact: PortSet) -> bool:
    """Say whether a port is written as such, not as a part of a range."""
    return all(pair in ports.line for pair in exact.line)


def _workloads(found: Reachability, classes: int) -> Iterator[Workload]:
    for each in found.members(classes):
        yield from each.workloads


def _blocks(found: Reachability, each: Resolved) -> Iterator[Lint]:
    blocks = [peer for peer in each.rule.peers or () if isinstance(peer, AddressPeer)]
    for peer in blocks:
        if not peer.addresses:
            text = f"{each.where}: the exceptions of ipBlock {peer.text} cover all of it: it allows nothing"
            yield Lint("covered-by-its-exceptions", str(each.policy), text, (each.direction, peer))
        for service in _services_in(found, peer):
            text = (
                f"{each.where}: ipBlock {peer.text} holds the address of {_called(service)}; "
                "policies act on the pods behind it, so select these"
            )
            yield Lint("block-of-service", str(each.policy), text, (each.direction, peer, service.name))
            break
    every = AddressSet.any_of(peer.addresses for peer in blocks)
    wide = [peer for peer in blocks if peer.text.startswith("0.0.0.0/0") and peer.addresses]
    if wide and not every & EVERY_IPV6 and not _is_open_to_ipv6(found, each):
        text = f"{each.where}: ipBlock {wide[0].text} is IPv4 only: nothing of IPv6 (::/0) is allowed"
        yield Lint("ipv6-forgotten", str(each.policy), text, (each.direction, wide[0]))


def _services_in(found: Reachability, peer: AddressPeer) -> Iterator[Service]:
    """Yield Services whose address a narrow block holds."""
    cluster = found.cluster
    narrow = sum(last - first + 1 for first, last in (peer.addresses & EVERY_IPV4).line) <= _SMALL
    for service in cluster.services:
        if any(address in peer.addresses for address in service.addresses) and (
            narrow or peer.addresses <= cluster.service_addresses
        ):
            yield service


def _is_open_to_ipv6(found: Reachability, each: Resolved) -> bool:
    """Say whether another rule for the same pods has all of IPv6."""
    resolved = found.resolved
    return any(
        rule.peers is None
        or any(isinstance(peer, AddressPeer) and peer.addresses >= EVERY_IPV6 for peer in rule.peers)
        for policy in resolved.policies
        if policy.namespace == each.policy.namespace
        and not each.targets & ~resolved.of_pods(policy.namespace, policy.pods)
        for rule in (policy.ingress if each.direction == "ingress" else policy.egress)
    )


def _dns_at_home(found: Reachability, each: Resolved) -> Iterator[Lint]:
    """Yield rules that let pods ask for names only in their own namespace, where nobody answers."""
    rule = each.rule
    if each.direction != "egress" or not rule.peers or not rule.ports or not rule.ports <= _DNS:
        return
    own = all(isinstance(peer, PodPeer) and peer.namespaces is None for peer in rule.peers)
    answering = any(
        (port.protocol, port.number) == ("UDP", 53) or port.name in ("dns", "dns-tcp")
        for workload in _workloads(found, each.peers)
        for port in workload.ports
    )
    if own and not answering and each.policy.namespace != "kube-system":
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
