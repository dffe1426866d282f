"""Each trap that was measured with the real plugin (docs/facts/provider.md), one test each."""

import threading
from typing import Any

import pytest

from lab.cloud.cloud import Cloud, calls
from lab.cloud.faults import Fault, inject
from lab.cloud.plugin.values import UNKNOWN
from lab.cloud.state import Json, Kind
from tests.unit.lab.cloud.engine import (
    CDN,
    CLUSTER,
    DOMAIN,
    FIREWALL,
    POOL,
    RECORD,
    VPC,
    CallFailedError,
    CheckFailedError,
    Engine,
    HalfDoneError,
    Resource,
    with_bucket,
)
from tests.unit.lab.cloud.fakes import FakeBackend

RANGE = {"name": "network-dev", "region": "ams3", "ipRange": "10.0.0.0/16"}
DEFAULT_POOL = {"name": "default", "size": "s-2vcpu-4gb", "nodeCount": 2}


def cluster_inputs(vpc: Resource, **changes: Any) -> dict[str, Any]:
    return {
        "name": "network-dev",
        "region": "ams3",
        "version": "1.36.1-do.0",
        "vpcUuid": vpc.id,
        "clusterSubnet": "10.244.0.0/16",
        "serviceSubnet": "10.96.0.0/12",
        "ha": False,
        "nodePool": DEFAULT_POOL,
        **changes,
    }


@pytest.fixture
def vpc(engine: Engine) -> Resource:
    return engine.create(VPC, "network", **RANGE)


@pytest.fixture
def cluster(engine: Engine, vpc: Resource) -> Resource:
    return engine.create(CLUSTER, "cluster", **cluster_inputs(vpc))


def operations(account: Cloud) -> list[str]:
    return [call.operation for call in calls(account.store.folder)]


def live(account: Cloud, kind: Kind) -> Json:
    """The only object of a kind, changed by hand where a test does so."""
    return account.store.account.all(kind)[-1]


def upgraded_by_hand(account: Cloud, cluster: Resource, version: str) -> None:
    account.call("POST", f"/v2/kubernetes/clusters/{cluster.id}/upgrade", {"version": version})


def test_a_preview_calls_nobody_and_takes_what_the_api_will_refuse(engine: Engine, account: Cloud) -> None:
    engine.configure({"token": "wrong"})
    shown = engine.preview(VPC, "network", {"region": "nowhere", "ipRange": "10.244.0.0/16"})
    assert shown["vpcUrn"] == UNKNOWN
    assert operations(account) == []
    with pytest.raises(CallFailedError, match="Unable to authenticate"):
        engine.create(VPC, "network", **RANGE)


def test_an_older_version_replaces_the_cluster_once_the_state_was_refreshed(
    engine: Engine, account: Cloud, vpc: Resource, cluster: Resource
) -> None:
    upgraded_by_hand(account, cluster, "1.36.4-do.0")
    assert engine.diff(cluster, **cluster_inputs(vpc)).changed == {}
    refreshed = engine.refresh(cluster)
    assert refreshed is not None
    difference = engine.diff(refreshed, **cluster_inputs(vpc))
    assert difference.reasons == ["__meta"]
    assert difference.changed["version"] == "UPDATE"
    # What ignoreChanges puts into the program: the refreshed input.
    assert refreshed.inputs["version"] == "1.36.4-do.0"


def test_a_prefix_of_the_version_replaces_and_latest_is_an_update_for_ever(
    engine: Engine, vpc: Resource, cluster: Resource
) -> None:
    assert engine.diff(cluster, **cluster_inputs(vpc, version="1.36")).reasons == ["__meta"]
    for version in ("1.36.1", "latest"):
        difference = engine.diff(cluster, **cluster_inputs(vpc, version=version))
        assert difference.reasons == []
        assert "version" in difference.changed
        with pytest.raises(HalfDoneError, match="invalid version slug"):
            engine.update(cluster, **cluster_inputs(vpc, version=version))


def test_a_cluster_that_fails_to_start_is_an_orphan(
    engine: Engine, account: Cloud, backend: FakeBackend, vpc: Resource
) -> None:
    backend.failure = "no capacity"
    with pytest.raises(CallFailedError, match="no capacity"):
        engine.create(CLUSTER, "cluster", **cluster_inputs(vpc))
    assert live(account, Kind.CLUSTER)["status"]["state"] == "error"
    with pytest.raises(CallFailedError, match="name already exists"):
        engine.create(CLUSTER, "cluster", **cluster_inputs(vpc))


def test_a_cluster_is_an_orphan_when_its_status_cannot_be_read_five_times(
    engine: Engine, account: Cloud, vpc: Resource
) -> None:
    inject(account.store.folder, Fault("get_cluster", times=5, status=500))
    with pytest.raises(CallFailedError, match=r"giving up after 5 attempt\(s\)"):
        engine.create(CLUSTER, "cluster", **cluster_inputs(vpc))
    assert live(account, Kind.CLUSTER)["name"] == "network-dev"


@pytest.mark.parametrize("answer", [{"lose_answer": True}, {"status": 500}])
def test_a_creation_is_sent_again_after_5xx_and_dropped_connections(
    engine: Engine, account: Cloud, answer: dict[str, Any]
) -> None:
    inject(account.store.folder, Fault("create_domain", **answer))
    if "status" in answer:
        engine.create(DOMAIN, "zone", name="example.org")
    else:
        with pytest.raises(CallFailedError, match="name already exists"):
            engine.create(DOMAIN, "zone", name="example.org")
    assert operations(account).count("create_domain") == 2
    assert account.store.account.find(Kind.DOMAIN, "example.org") is not None


def test_five_failures_end_a_call_and_other_refusals_are_not_tried_again(
    engine: Engine, account: Cloud
) -> None:
    inject(account.store.folder, Fault("create_vpc", times=9, status=503))
    with pytest.raises(CallFailedError, match="giving up"):
        engine.create(VPC, "network", **RANGE)
    assert operations(account) == ["create_vpc"] * 5
    inject(account.store.folder, Fault("create_domain", status=403))
    with pytest.raises(CallFailedError, match="403"):
        engine.create(DOMAIN, "zone", name="example.org")
    assert operations(account).count("create_domain") == 1


def test_after_a_refused_update_of_a_cluster_the_next_up_only_reads(
    engine: Engine, account: Cloud, vpc: Resource, cluster: Resource
) -> None:
    wanted = cluster_inputs(vpc, tags=["new"])
    inject(account.store.folder, Fault("update_cluster", status=422))
    with pytest.raises(HalfDoneError) as refused:
        engine.update(cluster, **wanted)
    half_done = refused.value.resource
    assert engine.diff(half_done, **wanted).changed == {}
    before = len(operations(account))
    second = engine.update(half_done, **wanted)
    assert operations(account)[before:] == ["get_cluster"]
    assert engine.diff(second, **wanted).changed == {}
    refreshed = engine.refresh(second)
    assert refreshed is not None
    assert "tags" in engine.diff(refreshed, **wanted).changed
    third = engine.update(refreshed, **wanted)
    assert engine.diff(third, **wanted).changed == {}


def test_a_firewall_is_sent_again_after_a_refused_update(engine: Engine, account: Cloud) -> None:
    rule = {"protocol": "tcp", "portRange": "22", "sourceAddresses": ["10.0.0.0/8"]}
    firewall = engine.create(FIREWALL, "nodes", name="nodes", inboundRules=[rule])
    wanted = {"name": "nodes", "inboundRules": [{**rule, "portRange": "23"}]}
    inject(account.store.folder, Fault("update_firewall", status=422))
    with pytest.raises(HalfDoneError) as refused:
        engine.update(firewall, **wanted)
    engine.update(refused.value.resource, **wanted)
    assert live(account, Kind.FIREWALL)["inbound_rules"][0]["ports"] == "23"


def test_the_refused_version_stays_in_the_state_until_a_refresh(
    engine: Engine, vpc: Resource, cluster: Resource
) -> None:
    with pytest.raises(HalfDoneError) as refused:
        engine.update(cluster, **cluster_inputs(vpc, version="1.99.0-do.0"))
    half_done = refused.value.resource
    assert half_done.outputs["version"] == "1.99.0-do.0"
    refreshed = engine.refresh(half_done)
    assert refreshed is not None
    assert refreshed.outputs["version"] == "1.36.1-do.0"


def grown(account: Cloud, cluster: Resource, pool: str, count: int) -> None:
    """As the cluster autoscaler does."""
    path = f"/v2/kubernetes/clusters/{cluster.id}/node_pools/{pool}"
    account.call("PUT", path, {"count": count})
    account.fleet.settle(5)


def test_an_unrelated_change_shrinks_an_extra_pool_that_the_autoscaler_grew(
    engine: Engine, account: Cloud, cluster: Resource
) -> None:
    inputs = {
        "clusterId": cluster.id,
        "name": "extra",
        "size": "s-2vcpu-4gb",
        "autoScale": True,
        "minNodes": 1,
        "maxNodes": 5,
    }
    pool = engine.create(POOL, "extra", **inputs)
    grown(account, cluster, pool.id, 4)
    engine.update(pool, **inputs, labels={"a": "b"})
    assert live(account, Kind.CLUSTER)["node_pools"][-1]["count"] == 1
    grown(account, cluster, pool.id, 4)
    refreshed = engine.refresh(pool)
    assert refreshed is not None
    engine.update(refreshed, **inputs, labels={"a": "c"})
    assert live(account, Kind.CLUSTER)["node_pools"][-1]["count"] == 4


def test_an_unrelated_change_leaves_a_default_pool_without_node_count_alone(
    engine: Engine, account: Cloud, vpc: Resource
) -> None:
    pool = {"name": "default", "size": "s-2vcpu-4gb", "autoScale": True, "minNodes": 1, "maxNodes": 5}
    cluster = engine.create(CLUSTER, "cluster", **cluster_inputs(vpc, nodePool=pool))
    grown(account, cluster, live(account, Kind.CLUSTER)["node_pools"][0]["id"], 4)
    engine.update(cluster, **cluster_inputs(vpc, nodePool={**pool, "labels": {"a": "b"}}))
    assert live(account, Kind.CLUSTER)["node_pools"][0]["count"] == 4


def test_node_count_beside_auto_scale_fights_the_autoscaler(
    engine: Engine, account: Cloud, vpc: Resource
) -> None:
    pool = {**DEFAULT_POOL, "autoScale": True, "minNodes": 1, "maxNodes": 5}
    inputs = cluster_inputs(vpc, nodePool=pool)
    cluster = engine.create(CLUSTER, "cluster", **inputs)
    grown(account, cluster, live(account, Kind.CLUSTER)["node_pools"][0]["id"], 4)
    refreshed = engine.refresh(cluster)
    assert refreshed is not None
    assert "nodePool.nodeCount" in engine.diff(refreshed, **inputs).changed


def test_a_replacement_with_a_fixed_name_finds_the_name_taken(engine: Engine, vpc: Resource) -> None:
    wanted = {**RANGE, "ipRange": "10.9.0.0/16"}
    assert engine.diff(vpc, **wanted).reasons == ["ipRange"]
    with pytest.raises(CallFailedError, match="already exists"):
        engine.create(VPC, "network", **wanted)


def test_a_cluster_with_another_name_finds_its_pod_range_taken(
    engine: Engine, vpc: Resource, cluster: Resource
) -> None:
    assert cluster.id
    with pytest.raises(CallFailedError, match="overlaps with another VPC network"):
        engine.create(CLUSTER, "cluster", **cluster_inputs(vpc, name="network-dev-2"))


def test_a_vpc_s_deletion_waits_for_its_cluster_to_vanish(
    engine: Engine, account: Cloud, backend: FakeBackend, vpc: Resource, cluster: Resource
) -> None:
    backend.gate.clear()
    engine.delete(cluster)
    assert live(account, Kind.CLUSTER)["status"]["state"] == "deleting"
    threading.Timer(0.3, backend.gate.set).start()
    engine.delete(vpc)
    deletions = [call.status for call in calls(account.store.folder) if call.operation == "delete_vpc"]
    assert (deletions[0], deletions[-1]) == (409, 204)
    assert account.store.account.find(Kind.VPC, vpc.id) is None


def test_a_vpc_with_members_is_given_up_after_two_minutes_of_attempts(
    engine: Engine, account: Cloud, vpc: Resource
) -> None:
    rule = {"entry_protocol": "tcp", "entry_port": 80, "target_protocol": "tcp", "target_port": 30080}
    body = {"name": "lb", "region": "ams3", "vpc_uuid": vpc.id, "forwarding_rules": [rule]}
    account.call("POST", "/v2/load_balancers", body)
    with pytest.raises(CallFailedError, match=r"409 \(request .*\) Can not delete VPC with members"):
        engine.delete(vpc)
    assert operations(account).count("delete_vpc") == 16
    with pytest.raises(CallFailedError):
        engine.delete(vpc, timeout=600)
    assert operations(account).count("delete_vpc") > 16 + 50


def test_a_region_s_default_vpc_is_never_deleted(engine: Engine, account: Cloud) -> None:
    default = account.store.account.all(Kind.VPC)[0]
    with pytest.raises(CallFailedError, match="403"):
        engine.delete(engine.adopt(VPC, "default", default["id"]))


def test_the_first_vpc_of_a_region_becomes_its_default(engine: Engine, account: Cloud) -> None:
    with account.store.change() as changing:
        changing.objects[Kind.VPC].clear()
    assert engine.create(VPC, "network", **RANGE).outputs["default"] is True
    other = {"name": "second", "region": "ams3", "ipRange": "10.2.0.0/16"}
    assert engine.create(VPC, "second", **other).outputs["default"] is False


def test_an_import_of_a_cluster_marks_its_only_pool(
    engine: Engine, account: Cloud, vpc: Resource, cluster: Resource
) -> None:
    pool = live(account, Kind.CLUSTER)["node_pools"][0]["id"]
    path = f"/v2/kubernetes/clusters/{cluster.id}/node_pools"
    account.call("PUT", f"{path}/{pool}", {"tags": []})
    adopted = engine.adopt(CLUSTER, "cluster", cluster.id)
    assert "terraform:default-node-pool" in live(account, Kind.CLUSTER)["node_pools"][0]["tags"]
    assert "nodeCount" not in adopted.inputs["nodePool"]
    assert engine.diff(adopted, **cluster_inputs(vpc)).changed == {}
    account.call("PUT", f"{path}/{pool}", {"tags": []})
    account.call("POST", path, {"name": "second", "size": "s-2vcpu-4gb", "count": 1})
    with pytest.raises(CallFailedError, match="multiple node pools"):
        engine.adopt(CLUSTER, "cluster", cluster.id)


def test_the_pool_with_the_mark_is_the_default_one_whoever_made_it(
    engine: Engine, account: Cloud, vpc: Resource, cluster: Resource
) -> None:
    mark, size = "terraform:default-node-pool", "s-4vcpu-8gb"
    (old,) = live(account, Kind.CLUSTER)["node_pools"]
    path = f"/v2/kubernetes/clusters/{cluster.id}/node_pools"
    account.call("PUT", f"{path}/{old['id']}", {"name": "default-old"})
    new = account.call("POST", path, {"name": "default", "size": size, "count": 2})[1]["node_pool"]
    account.call("PUT", f"{path}/{old['id']}", {"tags": []})
    account.call("PUT", f"{path}/{new['id']}", {"tags": [mark]})
    account.call("DELETE", f"{path}/{old['id']}")
    refreshed = engine.refresh(cluster)
    assert refreshed is not None
    assert refreshed.id == cluster.id
    marked = cluster_inputs(vpc, nodePool={**DEFAULT_POOL, "size": size})
    assert engine.diff(refreshed, **marked).changed == {}
    assert engine.diff(refreshed, **cluster_inputs(vpc)).reasons == ["nodePool"]


def test_the_kubeconfig_of_the_data_source_is_plain_and_that_of_the_resource_secret(
    engine: Engine, cluster: Resource
) -> None:
    found = engine.invoke("digitalocean:index/getKubernetesCluster:getKubernetesCluster", name="network-dev")
    assert "token: dop_v1_" in found["kubeConfigs"][0]["rawConfig"]
    assert "4dabf18193072939515e22adb298388d" in cluster.outputs["kubeConfigs"]


def test_host_bits_of_a_vpc_s_range_replace_it_for_ever(engine: Engine) -> None:
    inputs = {**RANGE, "ipRange": "10.0.0.5/16"}
    vpc = engine.create(VPC, "network", **inputs)
    assert engine.diff(vpc, **inputs).reasons == ["ipRange"]


def test_a_cluster_s_region_in_capitals_is_no_change_and_a_vpc_s_is_refused(
    engine: Engine, vpc: Resource, cluster: Resource
) -> None:
    assert engine.diff(cluster, **cluster_inputs(vpc, region="AMS3")).changed == {}
    with pytest.raises(CallFailedError, match="region is invalid"):
        engine.create(VPC, "other", region="AMS3", ipRange="10.3.0.0/16")


def test_high_availability_cannot_be_switched_off_though_it_is_planned(engine: Engine, vpc: Resource) -> None:
    cluster = engine.create(CLUSTER, "cluster", **cluster_inputs(vpc, ha=True))
    assert engine.diff(cluster, **cluster_inputs(vpc)).changed["ha"] == "UPDATE"
    with pytest.raises(HalfDoneError, match="cannot be disabled"):
        engine.update(cluster, **cluster_inputs(vpc))


def test_surge_upgrade_cannot_be_switched_off_and_the_difference_never_ends(
    engine: Engine, vpc: Resource, cluster: Resource
) -> None:
    wanted = cluster_inputs(vpc, surgeUpgrade=False)
    updated = engine.update(cluster, **wanted)
    assert "surgeUpgrade" in engine.diff(updated, **wanted).changed


def test_computed_inputs_taken_out_of_the_program_are_no_change(engine: Engine, vpc: Resource) -> None:
    firewall = {"enabled": True, "allowedAddresses": ["203.0.113.0/24"]}
    policy = {"day": "sunday", "startTime": "04:00"}
    full = cluster_inputs(vpc, controlPlaneFirewall=firewall, maintenancePolicy=policy)
    cluster = engine.create(CLUSTER, "cluster", **full)
    kept = ("name", "region", "version", "nodePool")
    assert engine.diff(cluster, **{key: full[key] for key in kept}).changed == {}
    off = {**full, "controlPlaneFirewall": {**firewall, "enabled": False}}
    assert "controlPlaneFirewall.enabled" in engine.diff(cluster, **off).changed


def test_any_difference_of_a_cluster_without_labels_lists_them_too(
    engine: Engine, vpc: Resource, cluster: Resource
) -> None:
    assert engine.diff(cluster, **cluster_inputs(vpc, tags=["a"])).changed == {
        "tags": "ADD",
        "nodePool.labels": "ADD",
    }


def test_an_expired_kubeconfig_is_renewed_by_a_refresh_only(
    engine: Engine, vpc: Resource, account: Cloud, cluster: Resource
) -> None:
    configs = cluster.outputs["kubeConfigs"]["value"]
    assert engine.refresh(cluster).outputs["kubeConfigs"]["value"] == configs  # type: ignore[union-attr]
    configs[0]["expiresAt"] = "2020-01-01T00:00:00Z"
    assert engine.diff(cluster, **cluster_inputs(vpc)).changed == {}
    before = operations(account).count("get_credentials")
    refreshed = engine.refresh(cluster)
    assert refreshed is not None
    assert refreshed.outputs["kubeConfigs"]["value"][0]["expiresAt"] > "2026"
    assert operations(account).count("get_credentials") == before + 1


def test_a_known_kubeconfig_stays_known_in_previews_of_updates(
    engine: Engine, vpc: Resource, cluster: Resource
) -> None:
    planned = engine.update(cluster, True, **cluster_inputs(vpc, version="1.36.4-do.0"))
    assert planned.outputs["kubeConfigs"] == cluster.outputs["kubeConfigs"]
    assert planned.outputs["version"] == "1.36.4-do.0"


def test_removed_by_hand_most_objects_leave_the_state_and_destroy_without_refresh_fails(
    engine: Engine, account: Cloud, vpc: Resource
) -> None:
    zone = engine.create(DOMAIN, "zone", name="example.org")
    record = engine.create(RECORD, "a", domain="example.org", type="A", name="a", value="192.0.2.1")
    account.call("DELETE", f"/v2/vpcs/{vpc.id}")
    account.call("DELETE", "/v2/domains/example.org")
    for resource in (vpc, zone, record):
        assert engine.refresh(resource) is None
    for resource in (vpc, zone):
        with pytest.raises(CallFailedError, match="404"):
            engine.delete(resource)
    engine.delete(record)


def test_a_cdn_removed_by_hand_makes_every_refresh_and_destroy_fail(engine: Engine, account: Cloud) -> None:
    with_bucket(engine, "assets")
    cdn = engine.create(CDN, "cdn", origin="assets.ams3.digitaloceanspaces.com")
    account.call("DELETE", f"/v2/cdn/endpoints/{cdn.id}")
    with pytest.raises(CallFailedError, match="404"):
        engine.refresh(cdn)
    with pytest.raises(CallFailedError, match="404"):
        engine.delete(cdn)


def test_a_404_right_after_creation_loses_the_object(engine: Engine, account: Cloud) -> None:
    inject(account.store.folder, Fault("get_vpc", status=404))
    with pytest.raises(CallFailedError, match="expected non-nil error with nil state"):
        engine.create(VPC, "network", **RANGE)
    assert any(vpc["name"] == "network-dev" for vpc in account.store.account.all(Kind.VPC))


def test_giving_a_zone_an_address_later_replaces_it(engine: Engine) -> None:
    zone = engine.create(DOMAIN, "zone", name="example.org")
    assert engine.diff(zone, name="example.org", ipAddress="192.0.2.1").reasons == ["ipAddress"]


def test_a_zone_that_exists_cannot_be_created_but_adopted(engine: Engine, account: Cloud) -> None:
    account.call("POST", "/v2/domains", {"name": "example.org"})
    with pytest.raises(CallFailedError, match="422"):
        engine.create(DOMAIN, "zone", name="example.org")
    zone = engine.adopt(DOMAIN, "zone", "example.org")
    assert engine.diff(zone, name="example.org").changed == {}


def test_records_of_one_name_and_type_share_their_ttl(engine: Engine) -> None:
    engine.create(DOMAIN, "zone", name="example.org")
    first_inputs = {"domain": "example.org", "type": "A", "name": "a", "value": "192.0.2.1", "ttl": 300}
    first = engine.create(RECORD, "first", **first_inputs)
    engine.create(RECORD, "second", **{**first_inputs, "value": "192.0.2.2", "ttl": 600})
    refreshed = engine.refresh(first)
    assert refreshed is not None
    assert engine.diff(refreshed, **first_inputs).changed == {"ttl": "UPDATE"}


@pytest.mark.parametrize(
    "inputs",
    [
        {"type": "CNAME", "name": "www", "value": "@"},
        {"type": "CNAME", "name": "www", "value": "example.org."},
        {"type": "CNAME", "name": "www", "value": "other.example.com."},
        {"type": "A", "name": "a.example.org.", "value": "192.0.2.1"},
        {"type": "A", "name": "*", "value": "192.0.2.1", "ttl": 60},
        {"type": "MX", "name": "@", "value": "mail.example.com.", "priority": 10},
        {"type": "SRV", "name": "_s._tcp", "value": "a.example.com.", "priority": 1, "weight": 0, "port": 5},
        {"type": "TXT", "name": "@", "value": "v=spf1 -all"},
        {"type": "CAA", "name": "@", "value": "letsencrypt.org.", "flags": 0, "tag": "issuewild"},
        {"type": "CAA", "name": "@", "value": "mailto:a@example.org", "flags": 0, "tag": "iodef"},
        {"type": "AAAA", "name": "a", "value": "2001:db8::1"},
    ],
    ids=lambda inputs: f"{inputs['type']}-{inputs['value']}",
)
def test_records_show_no_difference_after_creation_and_refresh(
    engine: Engine, inputs: dict[str, Any]
) -> None:
    engine.create(DOMAIN, "zone", name="example.org")
    record = engine.create(RECORD, "r", domain="example.org", **inputs)
    assert engine.diff(record, domain="example.org", **inputs).changed == {}
    refreshed = engine.refresh(record)
    assert refreshed is not None
    assert engine.diff(refreshed, domain="example.org", **inputs).changed == {}
    adopted = engine.adopt(RECORD, "r", f"example.org,{record.id}")
    assert engine.diff(adopted, domain="example.org", **inputs).changed == {}


@pytest.mark.parametrize(
    ("token", "inputs", "named"),
    [
        (VPC, {"region": "ams3", "ipRange": "10.0.0.0/33"}, "v.ipRange"),
        (VPC, {"region": ""}, "v.region"),
        (VPC, {"ipRange": "10.0.0.0/16"}, "v.region"),
        (VPC, {"region": "ams3", "range": "10.0.0.0/16"}, "v.range"),
        (VPC, {"region": ["ams3"]}, "expected string"),
        (VPC, {"region": "ams3", "description": "x" * 256}, "v.description"),
        (RECORD, {"domain": "e.org", "type": "B", "value": "x"}, "v.type"),
        (RECORD, {"domain": "e.org", "type": "A", "value": "192.0.2.1", "ttl": 0}, "v.ttl"),
        (FIREWALL, {"inboundRules": [{"protocol": "gre"}]}, "v.inboundRules"),
        (FIREWALL, {"inboundRules": [{"protocol": "icmp"}], "tags": ["a b"]}, "v.tags"),
        (CLUSTER, {"region": "ams3", "version": "1", "nodePool": {"name": "p"}}, "v.nodePool.size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_preview_refuses_what_the_schema_can_tell(
    engine: Engine, account: Cloud, token: str, inputs: dict[str, Any], named: str
) -> None:
    with pytest.raises(CheckFailedError, match=named):
        engine.preview(token, "v", inputs)
    assert operations(account) == []


def test_an_unknown_vpc_replaces_its_cluster(engine: Engine, vpc: Resource, cluster: Resource) -> None:
    assert "vpcUuid" in engine.diff(cluster, **cluster_inputs(vpc, vpcUuid=UNKNOWN)).reasons


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"region": "fra1"}, "region"),
        ({"clusterSubnet": "10.245.0.0/16"}, "clusterSubnet"),
        ({"serviceSubnet": "10.112.0.0/12"}, "serviceSubnet"),
        ({"nodePool": {**DEFAULT_POOL, "size": "s-4vcpu-8gb"}}, "nodePool"),
        ({"isolatedWorkers": True}, "isolatedWorkers"),
        ({"workerSubnetUuid": "other"}, "workerSubnetUuid"),
    ],
)
def test_what_replaces_a_cluster(
    engine: Engine, vpc: Resource, cluster: Resource, change: dict[str, Any], reason: str
) -> None:
    assert engine.diff(cluster, **cluster_inputs(vpc, **change)).reasons == [reason]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "renamed"},
        {"tags": ["a"]},
        {"version": "1.36.4-do.0"},
        {"ha": True},
        {"autoUpgrade": True},
        {"maintenancePolicy": {"day": "monday", "startTime": "05:00"}},
        {"controlPlaneFirewall": {"enabled": True, "allowedAddresses": ["203.0.113.1"]}},
        {"routingAgent": {"enabled": True}},
        {"registryIntegration": True},
        {"destroyAllAssociatedResources": True},
        {"kubeconfigExpireSeconds": 3600},
        {"clusterAutoscalerConfigurations": [{"scaleDownUnneededTime": "5m"}]},
        {"nodePool": {**DEFAULT_POOL, "nodeCount": 3, "labels": {"a": "b"}, "tags": ["t"]}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_changes_a_cluster_in_place_and_then_is_no_difference(
    engine: Engine, vpc: Resource, cluster: Resource, change: dict[str, Any]
) -> None:
    wanted = cluster_inputs(vpc, **change)
    difference = engine.diff(cluster, **wanted)
    assert difference.changed
    assert difference.reasons == []
    updated = engine.update(cluster, **wanted)
    assert engine.diff(updated, **wanted).changed == {}
    refreshed = engine.refresh(updated)
    assert refreshed is not None
    assert engine.diff(refreshed, **wanted).changed == {}


def test_an_autoscaler_configuration_that_nobody_set_is_planned_away(
    engine: Engine, account: Cloud, vpc: Resource, cluster: Resource
) -> None:
    with account.store.change() as changing:
        changing.objects[Kind.CLUSTER][cluster.id]["cluster_autoscaler_configuration"] = {"expanders": ["x"]}
    refreshed = engine.refresh(cluster)
    assert refreshed is not None
    difference = engine.diff(refreshed, **cluster_inputs(vpc))
    assert difference.changed["clusterAutoscalerConfigurations"] == "DELETE"


def test_a_made_up_name_is_kept_by_later_runs(engine: Engine) -> None:
    vpc = engine.create(VPC, "network", region="ams3", ipRange="10.0.0.0/16")
    assert vpc.outputs["name"].startswith("network-")
    assert engine.diff(vpc, region="ams3", ipRange="10.0.0.0/16").changed == {}
