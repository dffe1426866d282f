"""What the plugin answers, as it was measured with the real one (docs/facts/provider.md)."""

from typing import Any

import pytest

from lab.cloud.cloud import Cloud, calls
from lab.cloud.plugin.values import UNKNOWN
from tests.unit.lab.cloud.engine import (
    CLUSTER,
    DOMAIN,
    FIREWALL,
    POOL,
    RECORD,
    VPC,
    CallFailedError,
    Engine,
    Resource,
    with_bucket,
)

RANGE = {"name": "network-dev", "region": "ams3", "ipRange": "10.0.0.0/16"}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": UNKNOWN}
DEFAULT_POOL = {"name": "default", "size": "s-2vcpu-4gb", "nodeCount": 2}
TAINT = {"key": "only", "value": "batch", "effect": "NoSchedule"}
RULE = {"protocol": "tcp", "portRange": "22", "sourceAddresses": ["10.0.0.0/8"]}


@pytest.fixture
def cluster(engine: Engine) -> Resource:
    return engine.create(CLUSTER, "cluster", **wanted(engine.create(VPC, "network", **RANGE).id))


def wanted(vpc: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": "network-dev",
        "region": "ams3",
        "version": "1.36.1-do.0",
        "vpcUuid": vpc,
        "clusterSubnet": "10.244.0.0/16",
        "serviceSubnet": "10.96.0.0/12",
        "ha": False,
        "nodePool": DEFAULT_POOL,
        **changes,
    }


def extra_pool(cluster: Resource, **changes: Any) -> dict[str, Any]:
    return {"clusterId": cluster.id, "name": "extra", "size": "s-2vcpu-4gb", "nodeCount": 1, **changes}


def bodies(account: Cloud, operation: str) -> list[dict[str, Any]]:
    return [call.body for call in calls(account.store.folder) if call.operation == operation]


# --- what a preview's creation refuses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "inputs", "said"),
    [
        (RECORD, {"type": "MX", "value": "m."}, "`priority` is required for when type is `MX`"),
        (RECORD, {"type": "SRV", "value": "m.", "priority": 1}, "`weight` is required"),
        (RECORD, {"type": "CAA", "value": "m.", "tag": "issue"}, "`flags` is required"),
        (RECORD, {"type": "CAA", "value": "m.", "flags": UNKNOWN, "tag": "issue"}, "`flags` is required"),
        (FIREWALL, {}, "At least one rule must be specified"),
        (FIREWALL, {"inboundRules": UNKNOWN}, "At least one rule must be specified"),
        (FIREWALL, {"inboundRules": [{"protocol": "tcp"}]}, "`port_range` of inbound rules is required"),
        (FIREWALL, {"outboundRules": [{"protocol": "udp"}]}, "`port_range` of outbound rules is required"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rules_that_join_inputs_fail_in_the_creation_of_a_preview_and_name_no_input(
    engine: Engine, account: Cloud, token: str, inputs: dict[str, Any], said: str
) -> None:
    zone = {"domain": UNKNOWN, "name": "r"} if token == RECORD else {"name": "r"}
    engine.check(token, "r", {**zone, **inputs})
    with pytest.raises(CallFailedError, match=said.replace("`", ".")) as failed:
        engine.preview(token, "r", {**zone, **inputs})
    assert "Examine values" not in str(failed.value)
    assert calls(account.store.folder) == []


def test_rules_that_join_inputs_fail_in_the_diff_of_an_existing_object(engine: Engine) -> None:
    firewall = engine.create(FIREWALL, "nodes", name="nodes", inboundRules=[RULE])
    with pytest.raises(CallFailedError, match="At least one rule"):
        engine.diff(firewall, name="nodes", inboundRules=[])


def test_numbers_pass_for_text_and_a_negative_count_passes_everything_but_the_api(
    engine: Engine, cluster: Resource
) -> None:
    zone = engine.create(DOMAIN, "zone", name="example.org")
    inputs = {"domain": zone.id, "type": "TXT", "name": "n", "value": 7}
    assert engine.diff(engine.create(RECORD, "r", **inputs), **inputs).changed == {}
    negative = extra_pool(cluster, nodeCount=-1)
    engine.preview(POOL, "extra", negative)
    with pytest.raises(CallFailedError, match="422"):
        engine.create(POOL, "extra", **negative)


# --- how differences are named ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"tags": ["a", "b"]}, {"tags": "ADD"}),
        ({"ha": True}, {"ha": "UPDATE"}),
        ({"autoUpgrade": True}, {"autoUpgrade": "UPDATE"}),
        ({"nodePool": {**DEFAULT_POOL, "taints": [TAINT]}}, {"nodePool.taints": "ADD"}),
    ],
    ids=lambda value: ",".join(value),
)
def test_what_appears_is_named_whole_and_a_zero_value_is_updated(
    engine: Engine, cluster: Resource, change: dict[str, Any], shown: dict[str, str]
) -> None:
    inputs = wanted(cluster.outputs["vpcUuid"], **change)
    found = engine.diff(cluster, **inputs).changed
    assert {path: kind for path, kind in found.items() if path != "nodePool.labels"} == shown


def test_taints_and_rules_of_a_firewall_differ_by_field_and_what_empties_is_named_whole(
    engine: Engine, cluster: Resource
) -> None:
    other = {**TAINT, "key": "other"}
    pool = engine.create(POOL, "extra", **extra_pool(cluster, taints=[TAINT, other], labels={"a": "b"}))
    harder = [{**TAINT, "effect": "NoExecute"}, other]
    changed = engine.diff(pool, **extra_pool(cluster, taints=harder, labels={"a": "b"})).changed
    assert changed == {"taints[0].effect": "UPDATE"}
    fewer = engine.diff(pool, **extra_pool(cluster, taints=[other], labels={"a": "c"})).changed
    assert fewer == {"taints[1]": "DELETE", "labels.a": "UPDATE"}
    none = engine.diff(pool, **extra_pool(cluster)).changed
    assert none == {"taints": "DELETE", "labels": "DELETE"}
    firewall = engine.create(FIREWALL, "nodes", name="nodes", inboundRules=[RULE])
    moved = {**RULE, "portRange": "23", "sourceAddresses": ["10.0.0.0/8", "192.168.0.0/16"]}
    assert engine.diff(firewall, name="nodes", inboundRules=[moved]).changed == {
        "inboundRules[0].portRange": "UPDATE",
        "inboundRules[0].sourceAddresses[1]": "ADD",
    }


def test_an_address_in_capitals_differs_for_ever(engine: Engine) -> None:
    zone = engine.create(DOMAIN, "zone", name="example.org")
    inputs = {"domain": zone.id, "type": "AAAA", "name": "a", "value": "2001:DB8::1"}
    record = engine.create(RECORD, "r", **inputs)
    assert engine.diff(engine.update(record, **inputs), **inputs).changed == {"value": "UPDATE"}


def test_what_the_program_names_goes_before_its_replacement_comes(engine: Engine, cluster: Resource) -> None:
    vpc = cluster.outputs["vpcUuid"]
    network = engine.adopt(VPC, "network", vpc)
    pool = engine.create(POOL, "extra", **extra_pool(cluster))
    zone = engine.create(DOMAIN, "zone", name="example.org")
    address = {"domain": zone.id, "type": "A", "name": "a", "value": "192.0.2.1"}
    record = engine.create(RECORD, "r", **address)
    larger = {"nodePool": {**DEFAULT_POOL, "size": "s-4vcpu-8gb"}}
    replaced = (
        engine.diff(network, **{**RANGE, "ipRange": "10.9.0.0/16"}),
        engine.diff(cluster, **wanted(vpc, **larger)),
        engine.diff(pool, **extra_pool(cluster, size="s-4vcpu-8gb")),
        engine.diff(record, **{**address, "type": "TXT"}),
    )
    assert [each.reasons for each in replaced] == [["ipRange"], ["nodePool"], ["size"], ["type"]]
    assert all(each.deleted_first for each in replaced)
    assert replaced[1].changed["nodePool.size"] == "UPDATE_REPLACE"
    assert not engine.diff(zone, name="example.com").deleted_first
    assert not engine.diff(cluster, **wanted(vpc, tags=["a"])).deleted_first
    unnamed = engine.create(VPC, "other", region="ams3", ipRange="10.8.0.0/16")
    assert not engine.diff(unnamed, region="fra1", ipRange="10.8.0.0/16").deleted_first


# --- what the state keeps -----------------------------------------------------------------------------------


def test_sets_are_kept_in_order(engine: Engine, account: Cloud, cluster: Resource) -> None:
    inputs = extra_pool(cluster, tags=["b", "a"], taints=[{**TAINT, "key": "z"}, {**TAINT, "key": "y"}])
    pool = engine.create(POOL, "extra", **inputs)
    assert pool.outputs["tags"] == ["a", "b"]
    assert [each["key"] for each in pool.outputs["taints"]] == ["y", "z"]
    assert engine.diff(pool, **inputs).changed == {}
    assert bodies(account, "create_node_pool")[0]["tags"] == ["b", "a"]


def test_the_credentials_are_secret_in_a_preview_already(engine: Engine) -> None:
    assert engine.preview(CLUSTER, "cluster", wanted(UNKNOWN))["kubeConfigs"] == SECRET


def test_the_integration_of_a_registry_has_no_default(cluster: Resource) -> None:
    assert "registryIntegration" not in cluster.inputs
    assert cluster.inputs["__defaults"] == ["destroyAllAssociatedResources", "surgeUpgrade"]


# --- what is sent -------------------------------------------------------------------------------------------


def test_the_client_library_s_bodies_are_sent(engine: Engine, account: Cloud, cluster: Resource) -> None:
    vpc = cluster.outputs["vpcUuid"]
    policy = {"day": "sunday", "startTime": "04:00"}
    tainted = {**DEFAULT_POOL, "taints": [TAINT]}
    changed = engine.update(cluster, **wanted(vpc, maintenancePolicy=policy, nodePool=tainted))
    sent = bodies(account, "update_cluster")[0]
    assert set(sent["cluster_autoscaler_configuration"].values()) == {None}
    assert sent["maintenance_policy"] == {"day": "sunday", "start_time": "04:00", "duration": ""}
    assert "tags" not in sent
    pool = bodies(account, "update_node_pool")[0]
    assert pool["taints"] == [{"Key": "only", "Value": "batch", "Effect": "NoSchedule"}]
    assert "labels" not in pool
    for resource in (changed, engine.refresh(changed)):
        assert resource is not None
        again = wanted(vpc, maintenancePolicy=policy, nodePool=tainted)
        assert engine.diff(resource, **again).changed == {}
    engine.update(engine.adopt(VPC, "network", vpc), **RANGE, description="new")
    assert bodies(account, "update_vpc")[0]["default"] is False


def test_a_record_and_a_cdn_are_sent_with_zeros_that_mean_nothing(engine: Engine, account: Cloud) -> None:
    zone = engine.create(DOMAIN, "zone", name="example.org")
    record = engine.create(RECORD, "r", domain=zone.id, type="A", name="a", value="192.0.2.1")
    sent = bodies(account, "create_record")[0]
    assert [sent[key] for key in ("port", "priority", "weight", "flags")] == [0, 0, 0, 0]
    answered = account.call("GET", f"/v2/domains/example.org/records/{record.id}")[1]["domain_record"]
    assert [answered[key] for key in ("port", "priority", "weight", "flags")] == [None] * 4
    with_bucket(engine, "assets")
    cdn = engine.create("digitalocean:index/cdn:Cdn", "cdn", origin="assets.ams3.digitaloceanspaces.com")
    assert bodies(account, "create_endpoint")[0]["ttl"] == 0
    assert cdn.outputs["ttl"] == 3600


def test_a_cluster_that_vanished_with_its_resources_cannot_be_destroyed(
    engine: Engine, account: Cloud, cluster: Resource
) -> None:
    kept = engine.update(cluster, **wanted(cluster.outputs["vpcUuid"], destroyAllAssociatedResources=True))
    account.call("DELETE", f"/v2/kubernetes/clusters/{cluster.id}")
    assert account.fleet.settle(5)
    with pytest.raises(CallFailedError, match=r"Failed to list associated resources: .* 404"):
        engine.delete(kept)
    engine.delete(cluster)


def test_errors_are_worded_as_the_plugin_words_them(engine: Engine) -> None:
    with pytest.raises(CallFailedError) as failed:
        engine.create(VPC, "network", region="mars1", ipRange="10.0.0.0/16")
    said = str(failed.value)
    assert said.startswith(
        "1 error occurred:\n\t* Error creating VPC: POST https://api.digitalocean.com/v2/vpcs"
    )
    assert ': 422 (request "' in said
    assert "region is invalid" in said
