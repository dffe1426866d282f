"""By whose address connections leave."""

from ipaddress import IPv4Network

import pytest

from network.config.vpc import EVERYWHERE
from network.plan import build, flow_document
from network.plan.egress import EITHER, GATEWAY, NODE, way_out
from network.plan.model.flows import Entity, Host, Peer, Pods, Range
from tests import stacks

PARTNER = IPv4Network("198.51.100.0/24")
ALL, SOME, NONE = (EVERYWHERE,), (PARTNER,), ()


@pytest.mark.parametrize(
    ("destination", "by"),
    [
        (Host("api.partner.example"), (GATEWAY, EITHER, NODE)),
        (Entity("world"), (GATEWAY, EITHER, NODE)),
        (Range(IPv4Network("198.51.100.7/32")), (GATEWAY, GATEWAY, NODE)),
        (Range(IPv4Network("198.51.0.0/16")), (GATEWAY, EITHER, NODE)),
        (Range(IPv4Network("192.0.2.0/24")), (GATEWAY, NODE, NODE)),
        (Range(IPv4Network("10.40.0.0/16")), (None, None, None)),
        (Entity("nodes"), (None, None, None)),
        (Entity("kube-apiserver"), (None, None, None)),
        (Pods("shop", "shop-web", {}), (None, None, None)),
    ],
)
def test_who_leaves_by_which_address(destination: Peer, by: tuple[str | None, ...]) -> None:
    assert tuple(way_out(destination, routed) for routed in (ALL, SOME, NONE)) == by


def test_the_page_of_flows_tells_ways_out_where_there_is_a_gateway() -> None:
    config = stacks.everything()
    page = flow_document.page({"dev": build(config)})
    assert "### Way out" in page
    assert "| `cert-manager/controller` | `api.digitalocean.com` | the NAT gateway |" in page
    without = flow_document.page({"dev": build(stacks.stack_config("dev"))})
    assert "Way out" not in without


def test_the_cluster_s_agent_is_asked_for_with_the_gateway_alone() -> None:
    agents = {
        name: build(config).cluster.cluster.arguments.get("routing_agent")
        for name, config in (("with", stacks.everything()), ("without", stacks.stack_config("dev")))
    }
    assert agents == {"with": {"enabled": True}, "without": None}
