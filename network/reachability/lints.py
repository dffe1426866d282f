"""What in a set of policies is probably not meant."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping

from network.reachability import bits, ports
from network.reachability.addresses import EVERY_IPV4, EVERY_IPV6, AddressSet
from network.reachability.analysis import Reachability
from network.reachability.labels import Labels
from network.reachability.mistakes import mistakes
from network.reachability.model import AddressPeer, NamedPort, PodPeer, Service
from network.reachability.ports import PortSet
from network.reachability.redundant import redundant
from network.reachability.selectors import Selector
from network.reachability.served import Served
from network.reachability.suspicion import Kind, Lint, Resolved, by_weight, resolved_rules

__all__ = ["Lint", "by_weight", "lints", "of_plan", "without"]

_DNS = PortSet.of("UDP", 53)


def of_plan(reachability: Reachability) -> tuple[Lint, ...]:
    """Return the suspicions about policies of our own plan, without those that it raises on purpose: rules
    that a wider policy says too, for each policy is complete for its pods, the VPC as a block, by which its
    load balancer is meant, single addresses of the VPC, such as its resolver, for nodes are never named by
    theirs, and IPv4 alone, for its pods have nothing else."""
    vpc = reachability.cluster.node_addresses

    def meant(addresses: AddressSet) -> bool:
        ranges = list(addresses.networks())
        return addresses == vpc or (addresses <= vpc and [each.num_addresses for each in ranges] == [1])

    return tuple(
        lint
        for lint in lints(reachability)
        if lint.kind not in ("repeated-rule", "ipv6-forgotten")
        and not (isinstance(lint.about, AddressPeer) and meant(lint.about.addresses))
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
    served = Served(reachability)
    return (
        *mistakes(reachability, rules, served),
        *_useless_policies(reachability),
        *(lint for rule in rules for lint in _useless_peers(reachability, rule)),
        *(lint for rule in rules for lint in _unmatched_ports(reachability, served, rule)),
        *redundant(rules),
        *_without_dns(reachability),
        *_blocks(reachability),
        *_services(reachability),
    )


def _useless_policies(reachability: Reachability) -> Iterator[Lint]:
    labels: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for workload in reachability.cluster.workloads:
        if workload.host_network:
            labels[workload.namespace].append(workload.labels)
    on_nodes = {namespace: Labels(each) for namespace, each in labels.items()}
    for policy in reachability.resolved.policies:
        if reachability.resolved.of_pods(policy.namespace, policy.pods):
            continue
        here = on_nodes.get(policy.namespace)
        selects_nodes = here is not None and here.select(policy.pods)
        why = "host-network pods only, which policies are not about" if selects_nodes else "no known pod"
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


def _unmatched_ports(reachability: Reachability, served: Served, each: Resolved) -> Iterator[Lint]:
    for named in each.rule.named_ports:
        if not _numbers(reachability, named, each.destinations) and each.destinations:
            service = served.named(named.name, named.protocol, each.destinations)
            hint = f"; Service {service.namespace}/{service.name} calls its own so" if service else ""
            text = f"{each.where}: no destination has a {named.protocol} port named {named.name}{hint}"
            yield Lint("unmatched-named-port", str(each.policy), text, (each.direction, named))


def _numbers(reachability: Reachability, named: NamedPort, destinations: int) -> list[int]:
    numbers = reachability.resolved.named.get(named, {})
    return [number for number, having in numbers.items() if having & destinations]


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


def _services(reachability: Reachability) -> Iterator[Lint]:
    """Yield Services that the world should reach, and of which no pod lets anyone outside in."""
    outside = reachability.resolved.of_entity("world") | reachability.resolved.of_entity("other-nodes")
    open_: defaultdict[PortSet, int] = defaultdict(int)
    for row in reachability.rows:
        if row.sources & outside:
            open_[row.ports] |= row.destinations
    for service in reachability.cluster.services:
        if service.type in ("LoadBalancer", "NodePort") and service.selector:
            yield from _service(reachability, service, open_)


def _service(reachability: Reachability, service: Service, open_: Mapping[PortSet, int]) -> Iterator[Lint]:
    """Yield each port that nobody outside reaches; `open_` has the classes that they reach, by ports."""
    pods = reachability.resolved.of_pods(service.namespace, Selector.of(service.selector or {}))
    for port in service.ports:
        wanted = _targets(reachability, port.target, port.protocol, pods)
        reached = any(
            classes & having and allowed & numbers
            for having, numbers in wanted
            for allowed, classes in open_.items()
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
