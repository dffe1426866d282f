"""Suspicions about thousands of rules beside thousands of Services and pods are found by looking them up, and
are those that comparing each with each would find."""

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.reachability import Cluster, PortSet, Reachability, analyse, ports
from network.reachability.lints import lints
from network.reachability.model import (
    ContainerPort,
    EntityPeer,
    NamedPort,
    Peer,
    PodPeer,
    Policy,
    Rule,
    Service,
    ServicePort,
    Workload,
)
from network.reachability.redundant import redundant
from network.reachability.selectors import EVERYTHING, Requirement, Selector
from network.reachability.suspicion import Resolved, resolved_rules

PODS = tuple(Workload("shop", f"w{n}", {"a": str(n % 2), "b": str(n % 3)}) for n in range(6))


def _label(key: str, value: str) -> Selector:
    return Selector((Requirement(key, "In", (value,)),))


_SELECTORS = st.sampled_from([EVERYTHING, *(_label(key, value) for key in "ab" for value in "012")])
_PEERS = st.one_of(
    st.none(),
    st.lists(
        st.one_of(_SELECTORS.map(lambda each: PodPeer(None, each)), st.just(EntityPeer("world"))),
        min_size=1,
        max_size=2,
    ).map(tuple[Peer, ...]),
)
_PORTS = st.sampled_from([ports.ALL, PortSet.of("TCP", 80), PortSet.of("TCP", 80, 90), PortSet.of("UDP", 53)])
_NAMED = st.sampled_from([(), (NamedPort("http", "TCP"),)])
_RULES = st.builds(Rule, _PEERS, _PORTS, _NAMED, st.booleans())


@st.composite
def _policies(draw: st.DrawFn) -> tuple[Policy, ...]:
    return tuple(
        Policy(
            draw(st.sampled_from(["NetworkPolicy", "CiliumNetworkPolicy"])),
            "shop",
            f"p{number}",
            draw(_SELECTORS),
            isolates_ingress=True,
            isolates_egress=True,
            ingress=tuple(draw(st.lists(_RULES, max_size=3))),
            egress=tuple(draw(st.lists(_RULES, max_size=2))),
        )
        for number in range(draw(st.integers(1, 4)))
    )


def _covers(wide: Resolved, narrow: Resolved) -> bool:
    one, other = wide.rule, narrow.rule
    return (
        not narrow.targets & ~wide.targets
        and not narrow.peers & ~wide.peers
        and (other.learns_names <= one.learns_names)
        and (set(other.named_ports) <= set(one.named_ports) or one.ports == ports.ALL)
        and other.ports <= one.ports
    )


def _by_comparing(rules: list[Resolved]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for index, each in enumerate(rules):
        for other_index, other in enumerate(rules):
            near = other.policy.namespace == each.policy.namespace and other.direction == each.direction
            if other_index == index or not near or not (each.targets and each.peers and other.targets):
                continue
            if _covers(other, each) and (other_index < index or not _covers(each, other)):
                whose = "its own" if other.policy == each.policy else str(other.policy)
                found.append(
                    (str(each.policy), f"{each.where} says nothing that {whose} {other.where} does not")
                )
                break
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_policies())
def test_looking_up_finds_what_comparing_each_with_each_finds(policies: tuple[Policy, ...]) -> None:
    rules = list(resolved_rules(analyse(Cluster(workloads=PODS, policies=policies), "cilium")))
    found = [(lint.subject, lint.text) for lint in redundant(rules)]
    assert sorted(found) == sorted(_by_comparing(rules))


def _teams(size: int) -> Cluster:
    """Return a cluster of many namespaces, each with a policy and a Service for each of its workloads."""
    return Cluster(
        workloads=tuple(
            Workload(f"n{n % size}", f"w{n}", {"app": f"a{n // size}"}, (ContainerPort(8080),))
            for n in range(size * 6)
        ),
        services=tuple(_service(f"n{n % size}", n // size, n) for n in range(size * 3)),
        policies=tuple(_policy(f"n{n % size}", n // size, n) for n in range(size * 3)),
    )


def _one(size: int) -> Cluster:
    """Return a cluster of one namespace, of which every second policy selects nothing."""
    return Cluster(
        workloads=tuple(
            Workload("n", f"w{n}", {"app": f"a{n}"}, (ContainerPort(8080),), host_network=n % 5 == 0)
            for n in range(size * 2)
        ),
        services=tuple(_service("n", n, n) for n in range(size)),
        policies=tuple(_policy("n", n if n % 2 else -n, n) for n in range(size)),
    )


def _service(namespace: str, app: int, number: int) -> Service:
    address = f"10.{96 + number // 60_000}.{number // 250 % 250}.{number % 250}"
    return Service(namespace, f"s{app}", {"app": f"a{app}"}, (ServicePort(80, 8080),), "NodePort", (address,))


def _policy(namespace: str, app: int, number: int) -> Policy:
    rule = Rule((PodPeer(None, _label("app", f"a{abs(app) + 1}")),), PortSet.of("TCP", 80))
    dns = Rule((PodPeer(None, EVERYTHING),), PortSet.of("UDP", 53))
    return Policy(
        *("NetworkPolicy", namespace, f"p{number}", _label("app", f"a{app}")),
        isolates_ingress=True,
        isolates_egress=True,
        ingress=(rule, rule),
        egress=(dns,),
    )


def _seconds(found: Reachability) -> float:
    start = process_time()
    lints(found)
    return process_time() - start


@pytest.mark.parametrize("world", [_teams, _one])
def test_five_times_as_many_do_not_take_25_times_as_long(world: Callable[[int], Cluster]) -> None:
    small, large = (analyse(world(size)) for size in (100, 500))
    # Five times as many would take 25 times as long if each were compared with each.
    assert min(_seconds(large) for _ in range(3)) < 13 * max(min(_seconds(small) for _ in range(3)), 0.002)


def test_a_port_of_many_services_is_told_once_for_a_rule() -> None:
    found = lints(analyse(_one(20)))
    told = [lint for lint in found if lint.kind == "port-of-service"]
    assert told
    assert len({(lint.subject, lint.text) for lint in told}) == len(told)
