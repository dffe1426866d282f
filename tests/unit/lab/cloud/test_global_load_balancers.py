"""What the simulated account and the plugin do about GLOBAL load balancers."""

from typing import Any

import pytest

from lab.cloud.balancers import global_load_balancers, load_balancers
from lab.cloud.cloud import Cloud
from lab.cloud.state import Json, Kind
from tests.unit.lab.cloud.engine import (
    DOMAIN,
    RECORD,
    VPC,
    CallFailedError,
    CheckFailedError,
    Engine,
    Resource,
)

BALANCER = "digitalocean:index/loadBalancer:LoadBalancer"
HOST = "www.example.org"


def regional(account: Cloud, engine: Engine, name: str, region: str, **changes: Any) -> Json:
    """The load balancer that a cluster's controller makes in a VPC of a region."""
    ranges = {"ams3": "10.61.0.0/16", "fra1": "10.62.0.0/16"}
    known = [each for each in account.store.account.all(Kind.VPC) if each["name"] == f"vpc-{region}"]
    vpc = known[0]["id"] if known else (
        engine.create(VPC, f"vpc-{region}", name=f"vpc-{region}", region=region, ipRange=ranges[region]).id
    )  # fmt: skip
    rule = {"entry_protocol": "tcp", "entry_port": 443, "target_protocol": "tcp", "target_port": 30443}
    check = {
        "protocol": "http", "port": 32000, "path": "/healthz", "check_interval_seconds": 5,
        "response_timeout_seconds": 3, "unhealthy_threshold": 3, "healthy_threshold": 2,
    }  # fmt: skip
    body = {
        "name": name, "region": region, "vpc_uuid": vpc, "type": "REGIONAL", "forwarding_rules": [rule],
        "health_check": check, **changes,
    }  # fmt: skip
    return account.call("POST", "/v2/load_balancers", body)[1]["load_balancer"]


def inputs(targets: list[str], **changes: Any) -> dict[str, Any]:
    settings = {
        "targetProtocol": "https", "targetPort": 443, "regionPriorities": {"ams3": 1, "fra1": 2},
        "failoverThreshold": 50,
    }  # fmt: skip
    return {
        "name": "shop-global",
        "type": "GLOBAL",
        "glbSettings": settings,
        "targetLoadBalancerIds": targets,
        "domains": [{"name": HOST, "isManaged": True}],
        "healthcheck": {"protocol": "http", "port": 80, "path": "/"},
        **changes,
    }


@pytest.fixture
def targets(account: Cloud, engine: Engine) -> list[str]:
    """Two load balancers, and the zone of the host."""
    engine.create(DOMAIN, "zone", name="example.org")
    return [regional(account, engine, f"network-{each}", each)["id"] for each in ("ams3", "fra1")]


def told(account: Cloud, host: str = HOST) -> list[str]:
    records = account.call("GET", "/v2/domains/example.org/records", query={"name": host})[1]
    return [each["type"] for each in records["domain_records"] if each["type"] in ("A", "AAAA")]


def live(account: Cloud) -> Json:
    return account.call("GET", "/v2/load_balancers")[1]["load_balancers"][-1]


def test_it_lives_without_surprises(engine: Engine, account: Cloud, targets: list[str]) -> None:
    wanted = inputs(targets)
    made = engine.create(BALANCER, "shop", **wanted)
    assert engine.diff(made, **wanted).changed == {}
    read = engine.refresh(made)
    assert read is not None
    assert engine.diff(read, **wanted).changed == {}
    fewer = inputs(targets[:1], glbSettings={"targetProtocol": "https", "targetPort": 443})
    updated = engine.update(read, **fewer)
    assert engine.diff(updated, **fewer).changed == {}
    assert [live(account)["target_load_balancer_ids"], "edges" in live(account)] == [targets[:1], False]
    engine.delete(updated)
    assert engine.refresh(updated) is None


def test_its_addresses_stand_in_the_zone_of_a_managed_host_and_nowhere_else(
    engine: Engine, account: Cloud, targets: list[str]
) -> None:
    made = engine.create(BALANCER, "shop", **inputs(targets))
    assert sorted(told(account)) == ["A", "A", "AAAA", "AAAA"]
    assert (made.outputs["ip"], made.outputs.get("ipv6")) == ("", None)
    moved = engine.update(made, **inputs(targets, domains=[{"name": "shop.example.org", "isManaged": True}]))
    assert (told(account), len(told(account, "shop.example.org"))) == ([], 4)
    engine.delete(moved)
    assert told(account, "shop.example.org") == []


def test_a_host_whose_zone_nobody_here_serves_is_told_of(engine: Engine, targets: list[str]) -> None:
    made = engine.create(
        BALANCER, "shop", **inputs(targets, domains=[{"name": "www.example.net", "isManaged": True}])
    )
    (domain,) = made.outputs["domains"]
    assert domain["verificationErrorReasons"] == ["www.example.net is in no domain that DigitalOcean manages"]


def test_a_host_that_has_a_record_already_is_refused(engine: Engine, targets: list[str]) -> None:
    engine.create(RECORD, "www", domain="example.org", type="A", name="www", value="203.0.113.9", ttl=300)
    with pytest.raises(CallFailedError, match=r"has a record already: A 203\.0\.113\.9"):
        engine.create(BALANCER, "shop", **inputs(targets))


def test_a_host_is_of_one_load_balancer(engine: Engine, targets: list[str]) -> None:
    engine.create(BALANCER, "shop", **inputs(targets))
    with pytest.raises(CallFailedError, match="already associated with another load balancer"):
        engine.create(BALANCER, "other", **inputs(targets, name="other"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"region": "ams3"}, "'region' must be empty or not set when 'type' is 'GLOBAL'"),
        ({"type": "REGIONAL"}, "missing 'region' value"),
        ({"glbSettings": {"targetProtocol": "https", "targetPort": 8443}}, r"one of \[80 443\], got 8443"),
        ({"glbSettings": {"targetProtocol": "tcp", "targetPort": 443}}, "got tcp"),
        (
            {"glbSettings": {"targetProtocol": "https", "targetPort": 443, "failoverThreshold": 100}},
            r"expected to be in the range \(1 - 99\), got 100",
        ),
        (
            {
                "forwardingRules": [
                    {"entryProtocol": "https", "entryPort": 443, "targetProtocol": "http", "targetPort": 80}
                ]
            },
            "conflicts with forwarding_rule",
        ),
        ({"healthcheck": {"protocol": "http", "port": 80}}, "`path` is required"),
        ({"healthcheck": {"protocol": "tcp", "port": 80, "path": "/"}}, "`path` is not allowed"),
    ],
)
def test_the_plugin_refuses_before_any_call(engine: Engine, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(Exception, match=says) as refused:
        engine.preview(BALANCER, "shop", inputs([], **changes))
    assert isinstance(refused.value, CheckFailedError | CallFailedError)


@pytest.mark.parametrize(
    ("of_the_target", "says"),
    [
        ({"type": "REGIONAL_NETWORK"}, "must be external, and of type REGIONAL"),
        ({"network": "INTERNAL"}, "must be external, and of type REGIONAL"),
    ],
)
def test_only_load_balancers_of_a_region_that_the_internet_reaches_are_targets(
    engine: Engine, account: Cloud, of_the_target: dict[str, Any], says: str
) -> None:
    target = regional(account, engine, "network-other", "ams3", **of_the_target)
    with pytest.raises(CallFailedError, match=says):
        engine.create(BALANCER, "shop", **inputs([target["id"]], domains=None))


def test_what_the_api_alone_refuses(engine: Engine, targets: list[str]) -> None:
    for changes, says in (
        ({"name": "a" * 33}, "32 characters at most"),
        ({"targetLoadBalancerIds": ["nobody"]}, "target load balancer nobody does not exist"),
        ({"domains": [{"name": HOST, "certificateName": "none"}]}, "certificate not found: none"),
    ):
        with pytest.raises(CallFailedError, match=says):
            engine.create(BALANCER, "shop", **inputs(targets, **changes))


def test_a_target_that_goes_is_a_target_no_more_and_shows_as_a_difference(
    engine: Engine, account: Cloud, targets: list[str]
) -> None:
    made = engine.create(BALANCER, "shop", **inputs(targets))
    account.call("DELETE", f"/v2/load_balancers/{targets[0]}")
    rebuilt = regional(account, engine, "network-ams3", "ams3")["id"]
    read = engine.refresh(made)
    assert read is not None
    assert read.outputs["targetLoadBalancerIds"] == targets[1:]
    assert engine.diff(read, **inputs([rebuilt, targets[1]])).changed != {}


def test_a_load_balancer_is_found_by_its_name(engine: Engine, targets: list[str]) -> None:
    found = engine.invoke("digitalocean:index/getLoadBalancer:getLoadBalancer", name="network-fra1")
    assert (found["id"], found["region"]) == (targets[1], "fra1")


def test_the_lab_is_told_of_targets_by_region_and_of_both_families(
    engine: Engine, account: Cloud, targets: list[str]
) -> None:
    engine.create(BALANCER, "shop", **inputs(targets, redirectHttpToHttps=True))
    now = account.store.account
    (one,) = global_load_balancers(now)
    assert [(each.name, each.region) for each in one.targets] == [
        ("network-ams3", "ams3"),
        ("network-fra1", "fra1"),
    ]
    assert [address.version for address in one.addresses] == [4, 4, 6, 6]
    assert (one.hosts, one.priorities, one.failover_threshold) == ((HOST,), (("ams3", 1), ("fra1", 2)), 50)
    assert {each.name for each in load_balancers(now)} == {"network-ams3", "network-fra1"}
    assert not {each.address for each in load_balancers(now)} & set(one.addresses)


def test_it_is_a_member_of_no_vpc(engine: Engine, account: Cloud, targets: list[str]) -> None:
    made: Resource = engine.create(BALANCER, "shop", **inputs(targets))
    for vpc in account.store.account.all(Kind.VPC):
        members = account.call("GET", f"/v2/vpcs/{vpc['id']}/members")[1]["members"]
        assert made.id not in str(members)
