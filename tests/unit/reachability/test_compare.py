"""Opened and closed connections of two versions."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from network.reachability import Cluster, PortSet, Reachability, Workload, analyse
from network.reachability.addresses import EVERY_IPV4
from network.reachability.compare import Change, compare
from network.reachability.model import EntityPeer, HostPeer, Policy, Rule
from network.reachability.policies import network_policy
from network.reachability.selectors import EVERYTHING
from tests.unit.reachability import strategies, worlds
from tests.unit.reachability.naive import Peer, Pod, World

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=strategies.EVERY_HEALTH_CHECK)
HTTP = PortSet.of("TCP", 80)


@SLOW
@given(strategies.worlds(), st.lists(strategies.policies(9), max_size=2), st.integers(0, 4))
def test_a_change_of_policies_opens_and_closes_exactly_what_differs(
    world: World, added: list[dict[str, object]], removed: int
) -> None:
    later = replace(world, policies=[*world.policies[removed:], *added[:1]])
    before, after = analyse(worlds.cluster(world)), analyse(worlds.cluster(later))
    difference = compare(before, after)
    for source, destination in worlds.pairs(world, strategies.OUTSIDE):
        was, now = _ports(before, source, destination), _ports(after, source, destination)
        assert _changed(difference.opened, source, destination) == now - was, (source, destination)
        assert _changed(difference.closed, source, destination) == was - now, (source, destination)


def _ports(found: Reachability, source: Peer, destination: Peer) -> PortSet:
    return found.ports(worlds.class_of(found, source), worlds.class_of(found, destination))


def _changed(changes: tuple[Change, ...], source: Peer, destination: Peer) -> PortSet:
    return PortSet.any_of(
        change.ports
        for change in changes
        if any(_is(source, each.peer) for each in change.sources)
        and any(_is(destination, each.peer) for each in change.destinations)
    )


def _is(peer: Peer, found: object) -> bool:
    workloads, addresses = getattr(found, "workloads", ()), getattr(found, "addresses", ())
    if isinstance(peer, Pod):
        return any((each.namespace, each.name) == (peer.namespace, peer.name) for each in workloads)
    return peer in addresses


@SLOW
@given(strategies.worlds())
def test_a_version_does_not_differ_from_itself(world: World) -> None:
    assert not compare(analyse(worlds.cluster(world)), analyse(worlds.cluster(world)))


def _deny(name: str, *egress: Rule) -> Policy:
    return Policy("CiliumNetworkPolicy", "shop", name, EVERYTHING, False, True, egress=egress)


def test_a_host_name_that_only_the_later_version_names_was_reachable_before_through_world() -> None:
    pods = (Workload("shop", "web"),)
    world = Cluster(workloads=pods, policies=(_deny("web", Rule((EntityPeer("world"),), HTTP)),))
    named = Cluster(workloads=pods, policies=(_deny("web", Rule((HostPeer("api.example.com"),), HTTP)),))
    difference = compare(analyse(world, "cilium"), analyse(named, "cilium"))
    assert difference.opened == ()
    assert [str(each) for change in difference.closed for each in change.destinations] == ["0.0.0.0/0, ::/0"]


def test_pods_that_are_new_open_connections_that_no_policy_opened() -> None:
    pods = (Workload("shop", "web"), Workload("shop", "db"))
    difference = compare(analyse(Cluster(workloads=pods[:1])), analyse(Cluster(workloads=pods)))
    assert difference.closed == ()
    assert difference.opened
    for change in difference.opened:
        assert any(each.before is None for each in (*change.sources, *change.destinations))


def test_a_relabelled_workload_stays_the_same_workload() -> None:
    deny = Policy("NetworkPolicy", "shop", "deny", EVERYTHING, True, False)
    before = Cluster(workloads=(Workload("shop", "web", {"app": "web"}),), policies=(deny,))
    after = Cluster(workloads=(Workload("shop", "web", {"app": "shop"}),), policies=(deny,))
    assert not compare(analyse(before), analyse(after))


def test_addresses_that_only_one_version_knows_are_compared() -> None:
    pods = (Workload("shop", "web"),)
    shut = network_policy({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ingress": []}})
    six = {"ingress": [{"from": [{"ipBlock": {"cidr": "::/0"}}]}]}
    opening = network_policy({"metadata": {"name": "web", "namespace": "shop"}, "spec": six})
    before = analyse(Cluster(workloads=pods, policies=(shut,), world=EVERY_IPV4))
    after = analyse(Cluster(workloads=pods, policies=(opening,)))
    for one, other, found in ((before, after, "opened"), (after, before, "closed")):
        difference = compare(one, other)
        changed = difference.opened if found == "opened" else difference.closed
        assert [str(each) for change in changed for each in change.sources] == ["::/0"]
        assert (difference.closed if found == "opened" else difference.opened) == ()


def test_what_may_be_possible_is_compared_with_what_may_be() -> None:
    pods = (Workload("shop", "web"), Workload("shop", "db", {"app": "db"}))
    spec = {
        "podSelector": {"matchLabels": {"app": "db"}},
        "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}],
    }
    some = network_policy({"metadata": {"name": "db", "namespace": "shop"}, "spec": spec})
    none = network_policy({"metadata": {"name": "db", "namespace": "shop"}, "spec": {**spec, "ingress": []}})
    before, after = (analyse(Cluster(workloads=pods, policies=(each,))) for each in (none, some))
    opened = {str(each) for change in compare(before, after).opened for each in change.sources}
    perhaps = {
        str(each) for change in compare(before.perhaps, after.perhaps).opened for each in change.sources
    }
    assert opened == {"10.0.0.0/8"}
    assert perhaps >= {"10.0.0.0/8", "shop/web"}
