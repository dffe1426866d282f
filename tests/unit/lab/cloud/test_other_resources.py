"""Resources that the platform uses in passing: made, read back without a difference, changed, deleted."""

from typing import Any

import pytest

from lab.cloud.cloud import Cloud, log_file
from lab.cloud.state import Kind
from tests.unit.lab.cloud.engine import VPC, CallFailedError, Engine

INDEX = "digitalocean:index"


@pytest.mark.parametrize(
    ("token", "inputs", "change"),
    [
        (f"{INDEX}/reservedIp:ReservedIp", {"region": "ams3"}, {"dropletId": 7}),
        (f"{INDEX}/tag:Tag", {"name": "edge"}, {}),
        (
            f"{INDEX}/certificate:Certificate",
            {"name": "c", "type": "custom", "privateKey": "k", "leafCertificate": "l"},
            {},
        ),
        (
            f"{INDEX}/uptimeCheck:UptimeCheck",
            {"name": "shop", "target": "https://shop.example.org/", "regions": ["us_east", "eu_west"]},
            {"regions": ["se_asia"], "enabled": False},
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
        "vpcs": [{"vpcUuid": vpcs[0].id}],
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


TOLD = {"emails": ["ops@webgrip.nl"], "slacks": [{"channel": "#ops", "url": "https://hooks.slack.com/x"}]}


def test_an_alert_lives_below_its_check_and_goes_with_it(engine: Engine) -> None:
    check = engine.create(f"{INDEX}/uptimeCheck:UptimeCheck", "c", name="c", target="https://a.example.org")
    inputs = {
        "name": "c is down",
        "checkId": check.id,
        "type": "down_global",
        "threshold": 1,
        "comparison": "less_than",
        "period": "2m",
        "notifications": [TOLD],
    }
    alert = engine.create(f"{INDEX}/uptimeAlert:UptimeAlert", "a", **inputs)
    assert engine.diff(alert, **inputs).changed == {}
    longer = engine.update(alert, **inputs | {"period": "5m"})
    assert engine.diff(longer, **inputs | {"period": "5m"}).changed == {}
    engine.delete(check)
    assert engine.refresh(longer) is None


def test_an_alert_of_a_load_balancer_needs_one_that_is_there(engine: Engine, account: Cloud) -> None:
    inputs = {
        "type": "v1/insights/lbaas/connection_utilization_percent",
        "compare": "GreaterThan",
        "description": "full",
        "value": 80,
        "window": "5m",
        "entities": ["lb"],
        "alerts": TOLD,
    }
    with pytest.raises(CallFailedError, match="entity lb not found"):
        engine.create(f"{INDEX}/monitorAlert:MonitorAlert", "m", **inputs)
    with account.store.change() as changed:
        changed.put(Kind.LOAD_BALANCER, "lb", {"id": "lb"})
    alert = engine.create(f"{INDEX}/monitorAlert:MonitorAlert", "m", **inputs)
    assert alert.outputs["uuid"] == alert.id
    assert engine.diff(alert, **inputs).changed == {}
    raised = engine.update(alert, **inputs | {"value": 90})
    assert engine.diff(raised, **inputs | {"value": 90}).changed == {}
    engine.delete(raised)


@pytest.mark.parametrize(
    ("token", "inputs", "refused"),
    [
        ("uptimeCheck:UptimeCheck", {"target": "https://a.example.org", "regions": ["eu_east"]}, "regions"),
        ("uptimeCheck:UptimeCheck", {"target": "a.example.org"}, "target is not a valid url"),
        (
            "monitorAlert:MonitorAlert",
            {
                "type": "v1/insights/lbaas/avg_cpu_utilization_percent",
                "compare": "GreaterThan",
                "description": "nobody is told",
                "value": 80,
                "window": "5m",
                "alerts": {},
            },
            "at least one email or slack",
        ),
    ],
)
def test_what_the_description_does_not_know_is_refused(
    engine: Engine, token: str, inputs: dict[str, Any], refused: str
) -> None:
    with pytest.raises(CallFailedError, match=refused):
        engine.create(f"{INDEX}/{token}", "it", **inputs)


def test_a_webhook_is_in_no_log(engine: Engine, account: Cloud) -> None:
    check = engine.create(f"{INDEX}/uptimeCheck:UptimeCheck", "c", target="https://a.example.org")
    engine.create(
        f"{INDEX}/uptimeAlert:UptimeAlert", "a", checkId=check.id, type="down", notifications=[TOLD]
    )
    assert "hooks.slack.com" not in log_file(account.store.folder).read_text()


def test_a_droplet_gets_other_tags_and_another_size_in_place_and_keeps_its_reserved_address(
    engine: Engine, account: Cloud
) -> None:
    vpc = engine.create(VPC, "v", name="v", region="ams3", ipRange="10.0.0.0/16")
    tags = {
        name: engine.create(f"{INDEX}/tag:Tag", name, name=name) for name in ("vpn:dev:machine", "a", "b")
    }
    inputs: dict[str, Any] = {
        "name": "network-dev-vpn",
        "region": "ams3",
        "size": "s-1vcpu-1gb",
        "image": "debian-12-x64",
        "sshKeys": ["7"],
        "resizeDisk": False,
        "userData": "#cloud-config\n{}\n",
        "vpcUuid": vpc.id,
        "tags": ["vpn:dev:machine", "a"],
    }
    droplet = engine.create(f"{INDEX}/droplet:Droplet", "vpn", **inputs)
    assert engine.diff(droplet, **inputs).changed == {}
    address = engine.create(f"{INDEX}/reservedIp:ReservedIp", "vpn", region="ams3")
    assigned = {"ipAddress": address.outputs["ipAddress"], "dropletId": int(droplet.id)}
    assignment = engine.create(f"{INDEX}/reservedIpAssignment:ReservedIpAssignment", "vpn", **assigned)
    held = engine.refresh(address)
    assert held is not None
    assert held.outputs["dropletId"] == int(droplet.id)
    assert engine.diff(held, region="ams3").changed == {}

    other = inputs | {"tags": ["b", "vpn:dev:machine"], "size": "s-1vcpu-2gb"}
    changed = engine.diff(droplet, **other)
    assert changed.reasons == []
    updated = engine.update(droplet, **other)
    assert engine.diff(updated, **other).changed == {}
    kept = account.store.account.get(Kind.DROPLET, droplet.id)
    assert (sorted(kept["tags"]), kept["size_slug"]) == (["b", "vpn:dev:machine"], "s-1vcpu-2gb")
    counted = engine.refresh(tags["b"])
    assert counted is not None
    assert counted.outputs["dropletsCount"] == 1
    assert engine.diff(updated, **other | {"userData": "#cloud-config\n[]\n"}).reasons == ["userData"]

    engine.delete(tags["b"])
    assert kept["tags"] != account.store.account.get(Kind.DROPLET, droplet.id)["tags"]
    engine.delete(assignment)
    engine.delete(updated)
    engine.delete(address)
    engine.delete(vpc)
