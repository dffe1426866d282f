"""The address plan: nothing overlaps, nothing is lost, and what is said to fit does fit."""

import json
from ipaddress import IPv4Network, collapse_addresses
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.config.errors import ConfigError
from network.config.load import load
from network.config.ranges import POD_PREFIX_PER_NODE, PRIVATE, nodes_by_pod_range
from network.plan.addresses import AddressPlan, build, free_space
from network.plan.addresses.picture import picture
from tests.stacks import NAMES, ROOT, everything, stack_config
from tests.unit.config.corpus import case


def inside(block: IPv4Network, shortest: int, longest: int) -> st.SearchStrategy[IPv4Network]:
    """Return ranges inside a block, with a prefix between the two."""

    def of_prefix(prefix: int) -> st.SearchStrategy[IPv4Network]:
        size = 2 ** (32 - prefix)
        return st.integers(0, block.num_addresses // size - 1).map(
            lambda index: IPv4Network((int(block.network_address) + index * size, prefix))
        )

    return st.integers(max(shortest, block.prefixlen), longest).flatmap(of_prefix)


def private(shortest: int, longest: int) -> st.SearchStrategy[IPv4Network]:
    return st.sampled_from(PRIVATE).flatmap(lambda block: inside(block, shortest, longest))


SVG = "{http://www.w3.org/2000/svg}"
BASE = case("dev", {}).raw
SHIPPED = build(stack_config("dev"))
ANYWHERE = st.one_of(private(8, 32), inside(IPv4Network("0.0.0.0/0"), 1, 32))


def addresses(networks: list[IPv4Network]) -> int:
    return sum(network.num_addresses for network in networks)


@given(st.lists(ANYWHERE, max_size=8))
def test_free_space_touches_nothing_taken_and_loses_nothing(taken: list[IPv4Network]) -> None:
    free = list(free_space(taken))

    assert not any(a.overlaps(b) for a in free for b in taken)
    assert not any(a.overlaps(b) for a, b in combinations(free, 2))
    used = [
        network if network.subnet_of(block) else block
        for network in taken
        for block in PRIVATE
        if network.overlaps(block)
    ]
    assert addresses(free) + addresses(list(collapse_addresses(used))) == addresses(list(PRIVATE))


@given(private(16, 24), private(13, 24), private(12, 24), st.integers(16, 28))
def test_room_for_a_further_vpc_is_free_and_of_the_size_asked_for(
    vpc: IPv4Network, pods: IPv4Network, services: IPv4Network, prefix: int
) -> None:
    plan = _plan(vpc, pods, services)

    room = plan.room_for(prefix)

    assert room is not None
    assert room.prefixlen == prefix
    assert not any(room.overlaps(network) for network in plan.taken)


@given(private(8, 24))
def test_each_node_that_the_pod_range_serves_has_a_share_of_its_own(pods: IPv4Network) -> None:
    shares = sum(1 for _ in pods.subnets(new_prefix=POD_PREFIX_PER_NODE))

    assert nodes_by_pod_range(pods) == shares


@settings(deadline=None, max_examples=60)
@given(private(16, 22), private(16, 22), private(16, 22))
def test_a_stack_is_refused_exactly_if_its_ranges_overlap(
    vpc: IPv4Network, pods: IPv4Network, services: IPv4Network
) -> None:
    raw = _with(BASE, "network:external", vpc={"ipRange": str(vpc)})
    raw = _with(raw, "network:cluster", podRange=str(pods), serviceRange=str(services))
    reserved = _plan(vpc, pods, services).reserved
    bad = any(a.overlaps(b) for a, b in combinations((vpc, pods, services), 2))

    if bad or any(vpc.overlaps(network) for network in reserved):
        with pytest.raises(ConfigError) as refused:
            load(raw)
        assert all("ange" in problem.path for problem in refused.value.problems)
    else:
        load(raw)


@settings(deadline=None)
@given(inside(IPv4Network("10.0.0.0/8"), 9, 31), st.data())
def test_a_range_with_host_bits_is_refused_with_the_range_that_was_meant(
    network: IPv4Network, data: st.DataObject
) -> None:
    host = network[data.draw(st.integers(1, network.num_addresses - 1))]
    raw = _with(BASE, "network:cluster", apiAllowedRanges=[f"{host}/{network.prefixlen}"])

    with pytest.raises(ConfigError) as refused:
        load(raw)

    assert f"`{network}`" in refused.value.problems[0].fix


@pytest.mark.parametrize("stack", NAMES)
def test_the_pools_of_a_shipped_stack_fit(stack: str) -> None:
    capacity = build(stack_config(stack)).capacity

    assert capacity.most_nodes <= capacity.nodes


def test_the_shipped_stacks_share_no_address() -> None:
    dev, prod = (build(stack_config(name)) for name in ("dev", "prod"))

    own = [(plan.vpc, plan.pods, plan.services) for plan in (dev, prod)]
    assert not any(a.overlaps(b) for a in own[0] for b in own[1])


def test_the_well_known_addresses_follow_from_the_ranges() -> None:
    plan = build(stack_config("dev"))

    assert (str(plan.router), str(plan.resolver)) == ("10.0.0.1", "10.0.255.254")
    assert (str(plan.kubernetes_service), str(plan.cluster_dns)) == ("10.96.0.1", "10.96.0.10")


@pytest.mark.parametrize("stack", NAMES)
def test_the_committed_picture_is_current(stack: str) -> None:
    plan = build(stack_config(stack))

    drawn = (ROOT / "docs" / f"addresses-{stack}.svg").read_text(encoding="utf-8")

    assert drawn == picture(plan, f"Addresses of {stack}"), (
        "run `network addresses --svg 'docs/addresses-{stack}.svg'`"
    )


@settings(deadline=None)
@given(private(16, 24), private(13, 24), private(12, 24), st.lists(private(8, 30), max_size=12))
def test_every_range_is_in_the_picture_and_inside_its_frame(
    vpc: IPv4Network, pods: IPv4Network, services: IPv4Network, others: list[IPv4Network]
) -> None:
    plan = _plan(vpc, pods, services, {f"peer-<{i}>": n for i, n in enumerate(others)})

    root = ElementTree.fromstring(picture(plan, "Addresses of a & b"))

    texts = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert all(str(network) in texts for network in plan.taken)
    for box in root.iter(f"{SVG}rect"):
        left = float(box.get("x", "0"))
        assert left >= 0
        assert left + float(box.get("width", "0")) <= 960


def _with(raw: dict[str, str], layer: str, **values: Any) -> dict[str, str]:
    return {**raw, layer: json.dumps({**json.loads(raw[layer]), **values})}


def _plan(
    vpc: IPv4Network,
    pods: IPv4Network,
    services: IPv4Network,
    others: dict[str, IPv4Network] | None = None,
) -> AddressPlan:
    return AddressPlan(vpc, pods, services, others or {}, {}, None, SHIPPED.reserved, SHIPPED.capacity)


def test_a_peer_s_range_is_kept_apart_and_drawn() -> None:
    plan = build(everything())
    assert str(plan.others["data"]) == "10.40.0.0/16"
    assert not any(block.overlaps(plan.others["data"]) for block in plan.free)
    assert "data 10.40.0.0/16" in picture(plan, "everything")


def test_the_tunnel_of_a_vpn_is_kept_free_and_drawn_beside_peers() -> None:
    data = {"vpcId": "5a4981aa-9653-4bd1-bef5-d6bff52042e4", "range": "10.40.0.0/16"}
    over = {
        "network:external": {"vpc": {"peerings": {"data": data}}},
        "network:vpn": {"range": "192.168.64.0/24", "peers": {}},
    }
    plan = build(stack_config("dev", over))
    assert {name: str(network) for name, network in plan.others.items()}.items() >= {
        "data": "10.40.0.0/16",
        "VPN tunnel": "192.168.64.0/24",
    }.items()
    assert not any(block.overlaps(each) for block in plan.free for each in plan.others.values())
    drawn = picture(plan, "dev")
    assert "data 10.40.0.0/16" in drawn
    assert "VPN tunnel 192.168.64.0/24" in drawn
