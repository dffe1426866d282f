"""Edits of a stack file, carried from the plan through the provider: after each the next preview is empty."""

from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from lab.cloud.cloud import Cloud
from lab.cloud.state import Json, Kind
from network.plan import cluster as plan
from network.plan.model.cloud import CloudResource
from tests import stacks
from tests.unit.lab.cloud.engine import CLUSTER, POOL, VPC, Engine, Resource

Over = dict[str, Any]
MORE = {"size": "s-2vcpu-4gb", "autoScale": {"min": 1, "max": 5}}


def camel(value: Any) -> Any:
    """Arguments in the engine's spelling; the keys of labels are the user's own."""
    if isinstance(value, dict):
        return {to_camel(key): each if key == "labels" else camel(each) for key, each in value.items()}
    return [camel(each) for each in value] if isinstance(value, list) else value


def planned(over: Over) -> tuple[CloudResource, CloudResource]:
    """The cluster and the pool `more` of the dev stack with these keys of its cluster's layer."""
    with_pool = stacks.merged({"nodePools": {"more": MORE}}, over)
    built = plan.build(stacks.stack_config("dev", {"network:cluster": with_pool}))
    return built.cluster, built.pools[0]


@pytest.fixture
def network(engine: Engine) -> Resource:
    return engine.create(VPC, "network", name="network-dev", region="ams3", ipRange="10.0.0.0/16")


def stand(engine: Engine, network: Resource, over: Over) -> tuple[Resource, Resource]:
    """Cluster and pool as an `up` with these keys leaves them."""
    cluster, pool = planned(over)
    made = engine.create(CLUSTER, "cluster", **camel(dict(cluster.arguments)), vpcUuid=network.id)
    return made, engine.create(POOL, "more", **camel(dict(pool.arguments)), clusterId=made.id)


def edited(engine: Engine, standing: tuple[Resource, Resource], over: Over) -> list[dict[str, str]]:
    """What the next preview shows after an `up` with other keys, with a refresh before each."""
    shown: list[dict[str, str]] = []
    vpc = standing[0].outputs["vpcUuid"]
    for resource, wanted in zip(standing, planned(over), strict=True):
        fixed = {"vpcUuid": vpc} if resource.token == CLUSTER else {"clusterId": standing[0].id}
        inputs = {**camel(dict(wanted.arguments)), **fixed}
        now = engine.refresh(resource)
        assert now is not None
        if engine.diff(now, **inputs).changed:
            now = engine.refresh(engine.update(now, **inputs))
            assert now is not None
        shown.append(engine.diff(now, **inputs).changed)
    return shown


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"nodePools": {"more": {"labels": {"a": "b"}}}}, {}),
        ({"nodePools": {"default": {"labels": {"a": "b"}}}}, {}),
        ({"nodePools": {"default": {"taints": [{"key": "a", "effect": "PreferNoSchedule"}]}}}, {}),
        ({}, {"apiAllowedRanges": []}),
        ({"apiAllowedRanges": []}, {"apiAllowedRanges": ["203.0.113.0/24"]}),
        ({}, {"nodePools": {"more": {"autoScale": {"min": 0, "max": 5}}}}),
        ({"nodePools": {"more": {"autoScale": {"min": 0, "max": 5}}}}, {}),
        ({}, {"nodePools": {"default": {"count": 3}}}),
        ({}, {"nodePools": {"more": {"count": 2, "autoScale": None}}}),
        ({"nodePools": {"more": {"count": 2, "autoScale": None}}}, {}),
        ({}, {"nodePools": {"default": {"count": None, "autoScale": {"min": 2, "max": 4}}}}),
        ({"nodePools": {"default": {"count": None, "autoScale": {"min": 1, "max": 4}}}}, {}),
        ({}, {"maintenance": {"day": "sunday", "startTime": "03:00"}, "autoUpgrade": True}),
        ({"autoUpgrade": True, "maintenance": {"day": "monday", "startTime": "03:00"}}, {}),
        ({}, {"ha": True}),
        ({}, {"version": "1.36.4-do.0"}),
        ({}, {"destroyAssociatedResources": False}),
        ({}, {"kubeconfigExpireSeconds": 7200}),
    ],
    ids=lambda over: ",".join(over),
)
def test_an_edit_arrives_and_the_next_preview_is_empty(
    engine: Engine, network: Resource, before: Over, after: Over
) -> None:
    assert edited(engine, stand(engine, network, before), after) == [{}, {}]


def test_a_pool_s_last_label_goes(engine: Engine, account: Cloud, network: Resource) -> None:
    standing = stand(engine, network, {"nodePools": {"default": {"labels": {"a": "b"}}}})
    assert edited(engine, standing, {}) == [{}, {}]
    pool = account.store.account.all(Kind.CLUSTER)[0]["node_pools"][0]
    assert pool["labels"] == {"network.webgrip.nl/pool": "default"}


def test_no_allowed_ranges_switch_the_control_plane_s_firewall_off(
    engine: Engine, account: Cloud, network: Resource
) -> None:
    standing = stand(engine, network, {})
    assert edited(engine, standing, {"apiAllowedRanges": []}) == [{}, {}]
    assert account.store.account.all(Kind.CLUSTER)[0]["control_plane_firewall"]["enabled"] is False


def test_an_explicit_false_for_surge_upgrades_never_arrives(engine: Engine, network: Resource) -> None:
    cluster, _ = stand(engine, network, {})
    inputs = {**camel(dict(planned({})[0].arguments)), "vpcUuid": network.id, "surgeUpgrade": False}
    now = engine.refresh(engine.update(cluster, **inputs))
    assert now is not None
    assert engine.diff(now, **inputs).changed == {"surgeUpgrade": "UPDATE"}


def test_bounds_that_the_present_count_breaks_are_refused_and_the_command_moves_the_pool(
    engine: Engine, account: Cloud, network: Resource
) -> None:
    cluster, pool = stand(engine, network, {})
    wider = planned({"nodePools": {"more": {"autoScale": {"min": 3, "max": 5}}}})[1]
    inputs = {**camel(dict(wider.arguments)), "clusterId": cluster.id}
    with pytest.raises(Exception, match="count must be from min_nodes to max_nodes"):
        engine.update(pool, **inputs)
    why = plan.outside_bounds("network-dev", wider.arguments, pool.outputs["nodeCount"])
    assert why is not None
    assert "node-pool update network-dev more-s-2vcpu-4gb --auto-scale --min-nodes 3 --max-nodes 5" in why
    doctl: Json = {"auto_scale": True, "min_nodes": 3, "max_nodes": 5}
    account.call("PUT", f"/v2/kubernetes/clusters/{cluster.id}/node_pools/{pool.id}", doctl)
    assert account.fleet.settle(5)
    moved = engine.refresh(pool)
    assert moved is not None
    assert engine.diff(moved, **inputs).changed == {}
    assert plan.outside_bounds("network-dev", wider.arguments, moved.outputs["nodeCount"]) is None
