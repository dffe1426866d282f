"""What in a set of policies is probably not meant."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from network.reachability import bits, ports
from network.reachability.addresses import EVERY_IPV4, EVERY_IPV6
from network.reachability.analysis import Direction, Reachability
from network.reachability.mistakes import mistakes
from network.reachability.model import AddressPeer, NamedPort, PodPeer, Service
from network.reachability.ports import PortSet
from network.reachability.selectors import Selector
from network.reachability.suspicion import Kind, Lint, Resolved, by_weight, resolved_rules

__all__ = ["Lint", "by_weight", "lints", "of_plan", "without"]

_DNS = PortSet.of("UDP", 53)


def of_plan(reachability: Reachability) -> tuple[Lint, ...]:
    """Return the suspicions about policies of our own plan, without those that it raises on purpose: rules
    that a wider policy says too, for each policy is complete for its pods, the VPC as a block, by which its
    load balancer is meant, and IPv4 alone, for its pods have nothing else."""
    vpc = reachability.cluster.node_addresses
    return tuple(
        lint
        for lint in lints(reachability)
        if lint.kind not in ("repeated-rule", "ipv6-forgotten")
        and not (isinstance(lint.about, AddressPeer) and lint.about.addresses == vpc)
    )


def without(these: Iterable[Lint], others: Iterable[Lint]) -> tuple[Lint, ...]:
    """Return the suspicions that are not among the others, those of another version."""
    known = {_identity(lint) for lint in others}
    return tuple(lint for lint in these if _identity(lint) not in known)


def _identity(lint: Lint) -> tuple[Kind, str, Hashable]:
    return lint.kind, lint.subject, lint.about


def lints(reachability: Reachability) -> tuple[Lint, ...]:
    """Return every suspicion, in the order of policies."""
    rules = list(resolved_rules(reachability))
    return (
        *mistakes(reachability, rules),
        *_useless_policies(reachability),
        *(lint for rule in rules for lint in _useless_peers(reachability, rule)),
        *(lint for rule in rules for lint in _unmatched_ports(reachability, rule)),
        *_redundant(rules),
        *_without_dns(reachability),
        *_blocks(reachability),
        *(lint for service in reachability.cluster.services for lint in _service(reachability, service)),
    )


def _useless_policies(reachability: Reachability) -> Iterator[Lint]:
    for policy in reachability.resolved.policies:
        if reachability.resolved.of_pods(policy.namespace, policy.pods):
            continue
        on_nodes = any(
            workload.host_network
            and workload.namespace == policy.namespace
            and policy.pods.holds(workload.labels)
            for workload in reachability.cluster.workloads
        )
        why = "host-network pods only, which policies are not about" if on_nodes else "no known pod"
        yield Lint("selects-nothing", str(policy), f"`{policy.pods}` selects {why}", policy.pods)


def _useless_peers(reachability: Reachability, each: Resolved) -> Iterator[Lint]:
    resolved = reachability.resolved
    for peer in each.rule.peers or ():
        if not isinstance(peer, PodPeer):
            continue
        if peer.namespaces is not None and not resolved.namespaces_matching(peer.namespaces):
            text = f"{each.where}: no known namespace has `{peer.namespaces}`"
            yield Lint("unknown-namespace", str(each.policy), text, (each.direction, peer))
        elif not resolved.of_peer(peer, each.policy.namespace) & resolved.pods:
            text = f"{each.where}: `{peer.pods}` selects no known pod there"
            yield Lint("peer-selects-nothing", str(each.policy), text, (each.direction, peer))


def _unmatched_ports(reachability: Reachability, each: Resolved) -> Iterator[Lint]:
    for named in each.rule.named_ports:
        if not _numbers(reachability, named, each.destinations) and each.destinations:
            text = f"{each.where}: no destination has a {named.protocol} port named {named.name}"
            yield Lint("unmatched-named-port", str(each.policy), text, (each.direction, named))


def _numbers(reachability: Reachability, named: NamedPort, destinations: int) -> list[int]:
    numbers = reachability.resolved.named.get(named, {})
    return [number for number, having in numbers.items() if having & destinations]


def _redundant(rules: list[Resolved]) -> Iterator[Lint]:
    """Yield rules that one other rule covers; only those of one namespace can be about the same pods."""
    neighbours: defaultdict[tuple[str, Direction], list[Resolved]] = defaultdict(list)
    for each in rules:
        if each.targets and each.peers:
            neighbours[each.policy.namespace, each.direction].append(each)
    for group in neighbours.values():
        for index, each in enumerate(group):
            for other_index, other in enumerate(group):
                # Of two that say the same only the later one is redundant.
                if other_index != index and _covers(other, each, strictly=other_index > index):
                    yield _covered(each, other)
                    break


def _covered(each: Resolved, by: Resolved) -> Lint:
    alike = (each.policy.kind, each.targets) == (by.policy.kind, by.targets)
    kind = "redundant-rule" if alike else "repeated-rule"
    whose = "its own" if by.policy == each.policy else str(by.policy)
    text = f"{each.where} says nothing that {whose} {by.where} does not"
    return Lint(kind, str(each.policy), text, (each.direction, each.rule))


def _covers(wide: Resolved, narrow: Resolved, *, strictly: bool) -> bool:
    if narrow.targets & ~wide.targets or narrow.peers & ~wide.peers:
        return False
    if narrow.rule.learns_names and not wide.rule.learns_names:
        return False
    named = set(narrow.rule.named_ports) <= set(wide.rule.named_ports) or wide.rule.ports == ports.ALL
    if not named or not narrow.rule.ports <= wide.rule.ports:
        return False
    return not (strictly and _meaning(wide) == _meaning(narrow))


def _meaning(each: Resolved) -> tuple[Hashable, ...]:
    rule = each.rule
    return each.targets, each.peers, rule.ports, frozenset(rule.named_ports), rule.learns_names


def _without_dns(reachability: Reachability) -> Iterator[Lint]:
    isolated = 0
    for policy in reachability.resolved.policies:
        if policy.isolates_egress:
            isolated |= reachability.resolved.of_pods(policy.namespace, policy.pods)
    talking = resolving = 0
    for row in reachability.rows:
        talking |= row.sources
        if row.ports & _DNS:
            resolving |= row.sources
    for each in reachability.members(isolated & talking & ~resolving):
        text = "may connect to something, but to no DNS server: names do not resolve"
        yield from (Lint("egress-without-dns", str(workload), text) for workload in each.workloads)


def _blocks(reachability: Reachability) -> Iterator[Lint]:
    """Yield blocks that look as if pods or nodes were meant, where Cilium matches neither."""
    if reachability.semantics != "cilium":
        return
    cluster = reachability.cluster
    inside = cluster.pod_addresses | cluster.service_addresses | cluster.node_addresses
    for policy in reachability.resolved.policies:
        if policy.kind != "NetworkPolicy":
            continue
        for rule in (*policy.ingress, *policy.egress):
            for peer in rule.peers or ():
                if not isinstance(peer, AddressPeer):
                    continue
                addresses = peer.addresses
                if addresses & inside or addresses >= EVERY_IPV4 or addresses >= EVERY_IPV6:
                    text = f"Cilium matches no pod, Service or node by ipBlock {peer.text}"
                    yield Lint("block-of-cluster-addresses", str(policy), text, peer)


def _service(reachability: Reachability, service: Service) -> Iterator[Lint]:
    """Yield a Service that the world should reach, and of which no pod lets anyone outside in."""
    if service.type not in ("LoadBalancer", "NodePort") or not service.selector:
        return
    pods = reachability.resolved.of_pods(service.namespace, Selector.of(service.selector))
    outside = reachability.resolved.of_entity("world") | reachability.resolved.of_entity("other-nodes")
    for port in service.ports:
        wanted = _targets(reachability, port.target, port.protocol, pods)
        reached = any(
            row.sources & outside and row.destinations & having and row.ports & numbers
            for having, numbers in wanted
            for row in reachability.rows
        )
        if pods and not reached:
            text = f"port {port.number}: no pod behind it can be reached from outside or from nodes"
            yield Lint(
                "unreachable-service", f"Service {service.namespace}/{service.name}", text, port.number
            )


def _targets(
    reachability: Reachability, target: int | str, protocol: ports.Protocol, pods: int
) -> Iterator[tuple[int, PortSet]]:
    if isinstance(target, int):
        yield pods, PortSet.of(protocol, target)
        return
    for each in bits.members(pods):
        for workload in reachability.classes[each].workloads:
            for port in workload.ports:
                if (port.name, port.protocol) == (target, protocol):
                    yield 1 << each, PortSet.of(protocol, port.number)
