"""An import reads what was made: with the same inputs nothing about it differs."""

from typing import Any

import pytest

from lab.cloud.cloud import Cloud
from network.adoption.imports import COMPONENTS
from tests.unit.lab.cloud.engine import CLUSTER, DOMAIN, FIREWALL, POOL, RECORD, VPC, Engine, Resource
from tests.unit.lab.cloud.requests import make_vpc

PEERING = "digitalocean:index/vpcPeering:VpcPeering"
GATEWAY = "digitalocean:index/vpcNatGateway:VpcNatGateway"
CHECK = "digitalocean:index/uptimeCheck:UptimeCheck"
TYPES = (VPC, PEERING, DOMAIN, CLUSTER, POOL, FIREWALL, GATEWAY, RECORD, CHECK)


def inputs_of(token: str, engine: Engine, account: Cloud) -> dict[str, Any]:
    """What a program says of one resource of the type, beside whatever it needs."""

    def vpc() -> Resource:
        return engine.create(VPC, "network", name="network-dev", region="ams3", ipRange="10.0.0.0/16")

    def cluster() -> dict[str, Any]:
        return {
            "name": "network-dev",
            "region": "ams3",
            "version": "1.36.1-do.0",
            "vpcUuid": vpc().id,
            "clusterSubnet": "10.244.0.0/16",
            "serviceSubnet": "10.96.0.0/12",
            "tags": ["network"],
            "nodePool": {"name": "default", "size": "s-2vcpu-4gb", "nodeCount": 2, "labels": {"a": "b"}},
        }

    match token:
        case _ if token == VPC:
            return {"name": "network-dev", "region": "ams3", "ipRange": "10.0.0.0/16", "description": "ours"}
        case _ if token == PEERING:
            other = make_vpc(account, name="data", ip_range="10.40.0.0/16")
            return {"name": "network-dev-data", "vpcIds": [vpc().id, other["id"]]}
        case _ if token == DOMAIN:
            return {"name": "example.org"}
        case _ if token == CLUSTER:
            return cluster()
        case _ if token == POOL:
            of = engine.create(CLUSTER, "cluster", **cluster())
            return {"clusterId": of.id, "name": "batch", "size": "s-4vcpu-8gb", "nodeCount": 1}
        case _ if token == FIREWALL:
            rule = {"protocol": "tcp", "portRange": "22", "sourceAddresses": ["10.0.0.0/8"]}
            return {"name": "nodes", "inboundRules": [rule]}
        case _ if token == GATEWAY:
            vpcs = [{"vpcUuid": vpc().id}]
            return {"name": "way-out", "region": "ams3", "type": "PUBLIC", "size": 1, "vpcs": vpcs}
        case _ if token == RECORD:
            engine.create(DOMAIN, "zone", name="example.org")
            return {"domain": "example.org", "type": "A", "name": "@", "value": "203.0.113.100", "ttl": 300}
        case _:
            return {"name": "shop", "target": "https://example.org/", "type": "https", "regions": ["eu_west"]}


def test_every_type_that_can_be_imported_is_here() -> None:
    assert {token.rpartition(":")[2] for token in TYPES} == COMPONENTS.keys()


@pytest.mark.parametrize("token", TYPES, ids=lambda token: token.rpartition(":")[2])
def test_what_was_made_is_imported_without_a_difference(token: str, engine: Engine, account: Cloud) -> None:
    inputs = inputs_of(token, engine, account)
    made = engine.create(token, "made", **inputs)
    key = f"{inputs['domain']},{made.id}" if token == RECORD else made.id
    adopted = engine.adopt(token, "made", key)
    assert adopted.id == made.id
    assert engine.diff(adopted, **inputs).changed == {}
