"""Resources that the platform uses in passing: made, read back without a difference, changed, deleted."""

from typing import Any

import pytest

from tests.unit.lab.cloud.engine import VPC, Engine

INDEX = "digitalocean:index"


@pytest.mark.parametrize(
    ("token", "inputs", "change"),
    [
        (f"{INDEX}/reservedIp:ReservedIp", {"region": "ams3"}, {"dropletId": 7}),
        (f"{INDEX}/tag:Tag", {"name": "edge"}, {}),
        (f"{INDEX}/cdn:Cdn", {"origin": "a.ams3.digitaloceanspaces.com", "ttl": 600}, {"ttl": 3600}),
        (f"{INDEX}/spacesBucket:SpacesBucket", {"name": "b", "region": "ams3"}, {"acl": "public-read"}),
        (
            f"{INDEX}/certificate:Certificate",
            {"name": "c", "type": "custom", "privateKey": "k", "leafCertificate": "l"},
            {},
        ),
    ],
    ids=lambda value: value.rsplit(":", 1)[-1] if isinstance(value, str) else "",
)
def test_a_resource_lives_without_surprises(
    engine: Engine, token: str, inputs: dict[str, Any], change: dict[str, Any]
) -> None:
    made = engine.create(token, "it", **inputs)
    assert engine.diff(made, **inputs).changed == {}
    read = engine.refresh(made)
    assert read is not None
    assert engine.diff(read, **inputs).changed == {}
    if change:
        updated = engine.update(read, **inputs | change)
        assert engine.diff(updated, **inputs | change).changed == {}
    engine.delete(read)


def test_a_nat_gateway_and_a_peering_live_in_their_vpcs(engine: Engine) -> None:
    vpcs = [
        engine.create(VPC, name, name=name, region="ams3", ipRange=ip_range)
        for name, ip_range in (("a", "10.0.0.0/16"), ("b", "10.2.0.0/16"))
    ]
    gateway_inputs = {
        "name": "egress",
        "region": "ams3",
        "type": "PUBLIC",
        "size": 1,
        "vpcs": [{"vpcUuid": vpcs[0].id, "defaultGateway": True}],
    }
    gateway = engine.create(f"{INDEX}/vpcNatGateway:VpcNatGateway", "egress", **gateway_inputs)
    assert gateway.outputs["egresses"][0]["publicGateways"][0]["ipv4"].startswith("203.0.113.")
    updated = engine.update(gateway, **gateway_inputs | {"size": 2})
    assert engine.diff(updated, **gateway_inputs | {"size": 2}).changed == {}
    peering_inputs = {"name": "a-b", "vpcIds": [vpcs[1].id, vpcs[0].id]}
    peering = engine.create(f"{INDEX}/vpcPeering:VpcPeering", "a-b", **peering_inputs)
    assert peering.outputs["status"] == "ACTIVE"
    assert engine.diff(peering, **peering_inputs | {"vpcIds": [vpcs[0].id, vpcs[1].id]}).changed == {}


def test_a_private_key_is_marked_secret(engine: Engine) -> None:
    inputs = {"name": "c", "type": "custom", "privateKey": "k", "leafCertificate": "l"}
    made = engine.create(f"{INDEX}/certificate:Certificate", "c", **inputs)
    assert made.outputs["privateKey"]["value"] == "k"
