"""What a change does to who comes into the VPC by the VPN."""

from typing import Any

from network.review.compare import StackReview, compare
from network.review.side import Side
from tests.stacks import merged
from tests.unit.plan.test_vpn import ANNA, INTERNAL, VPN
from tests.unit.review.documents import document, kinds, texts

CARLA = "3v1Yb0DGdxYO1mM2bM5TgmAH3cxfQsdRIMl8jmxkRQE="


def review(over: dict[str, Any], before: dict[str, Any] | None = None) -> StackReview:
    """Compare the dev stack with a VPN with itself and the VPN's keys laid over it."""
    old = {"network:vpn": VPN, **(before or {})}
    changed = merged(old, {"network:vpn": over}) if over else old
    return compare("dev", document("dev", old), document("dev", changed))


def test_a_peer_with_another_key_is_another_device() -> None:
    found = review({"peers": {"anna": {"publicKey": CARLA}}})
    (text,) = texts(found, "vpn-peer-added")
    assert "`anna` is another device" in text
    assert CARLA in text


def test_a_peer_with_another_address_must_be_told() -> None:
    (text,) = texts(review({"peers": {"anna": {"address": "100.64.0.9"}}}), "vpn-peer-moved")
    assert "`100.64.0.2` → `100.64.0.9`" in text


def test_what_a_peer_reaches_no_more_is_told() -> None:
    found = review({"peers": {"bert": {"reaches": ["ssh"]}}})
    (text,) = texts(found, "vpn-narrowed")
    assert "`10.0.7.0/28 tcp 5432, 6000-6010`" in text


def test_a_wider_destination_widens_what_its_peers_reach() -> None:
    found = review({"destinations": {"database": {"range": "10.0.0.0/20"}}})
    (text,) = texts(found, "vpn-widened")
    assert "`bert` also reaches `10.0.0.0/20 tcp 5432, 6000-6010`" in text


def test_an_internal_load_balancer_is_reached_at_once_by_whoever_names_nothing() -> None:
    before, after = ({"network:vpn": VPN, **each} for each in ({}, INTERNAL))
    found = compare("dev", document("dev", before), document("dev", after))
    assert texts(found, "vpn-widened") == ["Peer `anna` also reaches `the internal load balancer`."]


def test_peers_replace_nothing_and_what_else_changes_replaces_the_machine() -> None:
    carla = {"carla": {"publicKey": CARLA, "address": "100.64.0.4"}}
    assert not kinds(review({"peers": carla})) & {"vpn-replaced", "object-replaced", "protected"}
    (text,) = texts(review({"image": "debian-13-x64"}), "vpn-replaced")
    assert "`image`" in text


def test_without_it_nobody_comes_in_any_more() -> None:
    found = compare("dev", document("dev", {"network:vpn": VPN}), document("dev"))
    assert len(texts(found, "vpn-peer-removed")) == 2
    assert "vpn-replaced" in kinds(found)
    assert "firewall-widened" not in kinds(found)
    assert any("`anna`" in text and ANNA not in text for text in texts(found, "vpn-peer-removed"))


def test_an_environment_that_is_called_after_a_vpn_has_one_vpc_and_one_cluster_as_any_other() -> None:
    def singles(name: str) -> set[str]:
        environment = {"name": name, "tier": "development", "region": "ams3"}
        side = Side(document("dev", {"network:environment": environment}))
        return {kind for kind, key in side.resources if not key}

    assert singles("office-vpn") == singles("dev") >= {"Vpc", "KubernetesCluster"}
