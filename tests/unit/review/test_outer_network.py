"""What a change of the outer network does, as its reviewer reads it."""

from typing import Any

import pytest

from network.plan import build
from network.review.compare import compare
from network.review.document import FORMAT, of_plan
from network.review.kinds import Finding
from tests import stacks

PEER = {"vpcId": "5a4981aa-9653-4bd1-bef5-d6bff52042e4", "range": "10.40.0.0/16"}
LAKE = {"vpcId": "5a4981aa-9653-4bd1-bef5-d6bff52042e5", "range": "10.41.0.0/16"}
PRODUCTION = {
    "network:environment": {"tier": "production"},
    "network:cluster": {"ha": True, "destroyAssociatedResources": False},
    "network:certificates": {"issuer": "production"},
}


def _document(external: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    config = stacks.stack_config("dev", stacks.merged(over, {"network:external": external}))
    whole = {"format": FORMAT, "stack": "dev", "problems": [], "given": {}, "secrets": {}}
    return {**whole, **of_plan(config, build(config))}


def found(before: dict[str, Any], after: dict[str, Any], over: dict[str, Any] | None = None) -> list[Finding]:
    review = compare("dev", _document(before, over or {}), _document(after, over or {}))
    return list(review.findings)


def _texts(findings: list[Finding], kind: str) -> str:
    return " ".join(each.text for each in findings if each.kind.name == kind)


def _cdn(**changes: Any) -> dict[str, Any]:
    return {"cdn": {"assets": {"bucket": "webgrip-dev-assets", **changes}}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"bucket": "webgrip-dev-files"}, "`webgrip-dev-files`"), ({"region": "fra1"}, "`fra1`")],
)
def test_another_name_or_region_is_another_bucket_which_is_empty(changes: dict[str, Any], says: str) -> None:
    findings = found(_cdn(), _cdn(**changes))
    text = _texts(findings, "bucket-lost")
    assert "which is empty" in text
    assert says in text
    assert "else `up` fails at it until it is empty" in text


def test_a_name_that_moves_to_another_bucket_answers_nobody_in_between() -> None:
    before, after = (
        _cdn(bucket=bucket, domain={"host": "assets"}) for bucket in ("one-assets", "two-assets")
    )
    assert "answers nobody until the new one stands" in _texts(found(before, after), "object-replaced")
    assert "answers nobody" not in _texts(found(_cdn(), _cdn(region="fra1")), "object-replaced")


def test_a_bucket_that_goes_says_what_becomes_of_its_objects() -> None:
    assert "with all objects in it" in _texts(found(_cdn(destroyObjects=True), {}), "bucket-lost")
    kept = found(_cdn(), {}, PRODUCTION)
    assert "until it is empty" in _texts(kept, "bucket-lost")
    assert "SpacesBucket assets is protected" in _texts(kept, "protected")


def test_another_ttl_is_an_update() -> None:
    findings = found(_cdn(), _cdn(ttl=60))
    assert {each.kind.name for each in findings} == {"cloud-updated"}


def test_another_host_has_a_certificate_of_its_own_before_the_former_goes() -> None:
    before, after = (_cdn(domain={"host": host}) for host in ("assets", "files"))
    text = _texts(found(before, after), "certificate-changed")
    assert "shows it before the former goes" in text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"data": PEER}, True),
        ({"data": PEER}, {"data": PEER, "lake": LAKE}, False),
        ({"data": PEER}, {}, False),
    ],
    ids=["the first", "a second", "none any more"],
)
def test_nodes_are_to_be_recycled_for_the_first_peering_alone(
    before: dict[str, Any], after: dict[str, Any], told: bool
) -> None:
    findings = found({"vpc": {"peerings": before}}, {"vpc": {"peerings": after}})
    assert bool(_texts(findings, "nodes-to-recycle")) == told


def test_a_new_vpc_s_nodes_need_no_recycling() -> None:
    after = {"vpc": {"ipRange": "10.3.0.0/16", "peerings": {"data": PEER}}}
    assert not _texts(found({}, after), "nodes-to-recycle")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ({}, {"natGateway": {}}, "`nowhere` → `0.0.0.0/0`"),
        ({"natGateway": {}}, {}, "`0.0.0.0/0` → `nowhere`"),
        (
            {"natGateway": {}},
            {"natGateway": {"destinations": ["198.51.100.0/24"]}},
            "`0.0.0.0/0` → `198.51.100.0/24`",
        ),
    ],
)
def test_it_is_told_when_connections_leave_by_another_address(
    before: dict[str, Any], after: dict[str, Any], says: str
) -> None:
    text = _texts(found(before, after), "egress-changed")
    assert says in text
    assert "`cert-manager/controller`" in text


def test_a_larger_gateway_keeps_its_address() -> None:
    findings = found({"natGateway": {}}, {"natGateway": {"size": 3}})
    assert {each.kind.name for each in findings} == {"cloud-updated"}


def test_without_its_gateway_a_cluster_keeps_the_agent_that_lets_routes_go() -> None:
    findings = found({"natGateway": {}}, {}, PRODUCTION)
    assert "`routingAgent`" in _texts(findings, "kept-by-provider")
    assert "VpcNatGateway network-dev-way-out is protected" in _texts(findings, "protected")
    assert "No other gateway ever has its public address" in _texts(findings, "object-replaced")
