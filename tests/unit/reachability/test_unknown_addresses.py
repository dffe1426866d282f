"""Where an address is not in the input, an answer that depends on it is that it is not known."""

from dataclasses import replace

import pytest

from network.reachability import analyse
from network.reachability.addresses import AddressSet
from network.reachability.compare import compare
from tests.unit.reachability.manifests import Manifest, block, cluster, pod, policy, verdicts

WEB, CART = pod("web"), pod("cart")


def _out(*blocks: Manifest) -> Manifest:
    return policy(pods={"app": "web"}, policyTypes=["Egress"], egress=[{"to": list(blocks)}])


@pytest.mark.parametrize(
    ("blocks", "verdict"),
    [
        ([block("0.0.0.0/0")], "allowed"),
        # No pod is at link-local addresses.
        ([block("0.0.0.0/0", "169.254.169.254/32")], "allowed"),
        ([block("0.0.0.0/0", "8.8.8.8/32")], "unknown"),
        ([block("0.0.0.0/0", "10.0.0.0/8")], "unknown"),
        ([block("0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")], "unknown"),
        ([block("0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")], "unknown"),
        ([block("10.0.0.0/8")], "unknown"),
        ([block("192.168.7.0/24")], "unknown"),
        ([block("0.0.0.0/1"), block("128.0.0.0/1")], "unknown"),
        # To take a few public addresses for a pod's would make every answer unknown.
        ([block("93.184.216.0/24")], "denied"),
    ],
)
@pytest.mark.parametrize("peer", ["shop/cart", "nodes", "kube-apiserver"])
def test_a_block_that_may_hold_an_unknown_address_is_no_answer(
    blocks: list[Manifest], verdict: str, peer: str
) -> None:
    assert verdicts(cluster(WEB, CART, _out(*blocks)), "shop/web", peer) == {verdict}


def test_known_addresses_decide() -> None:
    given = cluster(WEB, pod("cart", address="10.9.0.1"), _out(block("0.0.0.0/0", "10.0.0.0/8")))
    assert verdicts(given, "shop/web", "shop/cart") == {"denied"}


@pytest.mark.parametrize(
    ("range_of_pods", "verdict"),
    [("10.1.0.0/24", "allowed"), ("10.2.0.0/16", "denied"), ("10.0.0.0/8", "unknown")],
)
def test_the_range_of_pods_decides_as_far_as_it_can(range_of_pods: str, verdict: str) -> None:
    given = cluster(WEB, CART, _out(block("10.1.0.0/16")))
    told = replace(given, pod_addresses=AddressSet.of(range_of_pods))
    assert verdicts(told, "shop/web", "shop/cart") == {verdict}


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"address": "10.1.0.4"}, "allowed"),
        ({"address": "10.2.0.4"}, "denied"),
        ({"nodeName": "n1"}, "allowed"),
        ({"nodeName": "n2"}, "denied"),
        ({}, "unknown"),
    ],
)
def test_a_pod_on_the_host_s_network_has_its_node_s_address(more: Manifest, verdict: str) -> None:
    nodes = [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name},
            "status": {"addresses": [{"type": "InternalIP", "address": address}]},
        }
        for name, address in (("n1", "10.1.0.4"), ("n2", "10.2.0.4"))
    ]
    rules = policy(pods={"app": "web"}, ingress=[{"from": [block("10.1.0.0/16")]}])
    given = cluster(WEB, pod("agent", hostNetwork=True, **more), *nodes, rules)
    assert verdicts(given, "shop/agent", "shop/web") == {verdict}


@pytest.mark.parametrize(
    ("block_of_nodes", "verdict"), [("10.0.0.0/8", "allowed"), ("10.1.0.0/16", "unknown")]
)
def test_a_node_is_somewhere_among_the_nodes(block_of_nodes: str, verdict: str) -> None:
    nodes = [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name},
            "status": {"addresses": [{"type": "InternalIP", "address": address}]},
        }
        for name, address in (("n1", "10.1.0.4"), ("n2", "10.2.0.4"))
    ]
    rules = policy(pods={"app": "web"}, ingress=[{"from": [block(block_of_nodes)]}])
    given = cluster(WEB, *nodes, rules)
    assert verdicts(given, "nodes", "shop/web") == {verdict}
    assert verdicts(given, "10.1.0.4", "shop/web") == {"allowed"}


def test_what_is_not_known_is_in_the_rows_of_perhaps_alone() -> None:
    given = cluster(WEB, CART, _out(block("10.0.0.0/8")))
    found = analyse(given)
    opened = compare(found, found.perhaps).opened
    assert any(str(each) == "shop/cart" for change in opened for each in change.destinations)
    assert found.perhaps.classes == found.classes
    certain = analyse(cluster(WEB, CART))
    assert certain.perhaps is certain
