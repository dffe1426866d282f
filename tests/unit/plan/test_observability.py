"""What the platform runs to watch (OBS-1, OBS-7)."""

from typing import Any

import pytest

from network.config.observability.objectives import Objective
from network.plan import Plan, build
from network.plan.model.flows import Entity, Pods
from network.plan.observability.prometheus import retention_days
from tests import stacks

INTEGRATED: dict[str, Any] = {
    "integrate": {
        "namespace": "metrics",
        "labels": {"release": "prometheus"},
        "scraper": {"namespace": "metrics", "labels": {"app": "prometheus"}},
    }
}


def plan(prometheus: dict[str, Any] | None = None, stack: str = "dev") -> Plan:
    chosen = {"install": {}} if prometheus is None else prometheus
    layer = {"network:observability": {"prometheus": chosen}}
    return build(stacks.stack_config(stack, layer, without=stacks.WATCHING))


def values(prometheus: dict[str, Any] | None = None, stack: str = "dev") -> Any:
    release = plan(prometheus, stack).observability.stack
    assert release is not None
    return release.values


def test_without_the_layer_nothing_is_brought() -> None:
    bare = build(stacks.stack_config("dev", without=stacks.WATCHING))
    assert bare.observability.stack is None
    assert bare.observability.metrics == ()
    assert bare.monitoring.objects == ()
    assert not [each.name for each in bare.namespaces if each.name.startswith("monitoring")]
    assert "always-allow" not in str(bare.metrics.server)


def test_production_has_two_of_each_and_development_one() -> None:
    for stack, count in (("dev", 1), ("prod", 2)):
        given = values(stack=stack)
        assert given["prometheus"]["prometheusSpec"]["replicas"] == count
        assert given["alertmanager"]["alertmanagerSpec"]["replicas"] == count
        # A budget over one pod would block every drain.
        assert given["prometheus"]["podDisruptionBudget"]["enabled"] is (count > 1)


def test_replicas_of_alertmanager_talk_to_each_other_where_there_are_two() -> None:
    names = {stack: {flow.name for flow in plan(stack=stack).flows} for stack in ("dev", "prod")}
    assert "alertmanager-to-alertmanager" in names["prod"]
    assert "alertmanager-to-alertmanager" not in names["dev"]


def test_volumes_go_with_the_stack_or_outlive_it() -> None:
    for storage, claim, policy in (
        ({}, "do-block-storage", "Delete"),
        ({"volumes": "retain"}, "do-block-storage-retain", "Retain"),
        ({"storageClass": "fast"}, "fast", "Delete"),
    ):
        spec = values({"install": {"storage": storage}})["prometheus"]["prometheusSpec"]
        assert spec["storageSpec"]["volumeClaimTemplate"]["spec"]["storageClassName"] == claim
        claims = spec["persistentVolumeClaimRetentionPolicy"]
        assert claims == {"whenDeleted": policy, "whenScaled": "Retain"}


def test_samples_never_fill_the_volume() -> None:
    spec = values({"install": {"storage": {"size": "10Gi"}}})["prometheus"]["prometheusSpec"]
    assert spec["retentionSize"] == "8704MiB"


def test_samples_are_kept_a_day_longer_than_the_longest_objective() -> None:
    month = Objective(window="30d", host="shop.example.org", availability=99.9)
    weeks = Objective(window="28d", host="shop.example.org", availability=99.9)
    assert retention_days([weeks, month]) == 31
    assert retention_days([weeks]) == 29
    assert retention_days([]) == 15


def test_nothing_of_it_is_reachable_from_other_pods_or_from_outside() -> None:
    for flow in build(stacks.everything()).flows:
        if isinstance(flow.destination, Pods) and flow.destination.namespace.startswith("monitoring"):
            source = flow.source
            inside = isinstance(source, Pods) and source.namespace == "monitoring"
            assert inside or source in (Entity("kube-apiserver"), Entity("nodes")), flow.name
    assert not plan().observability.doors


def test_what_reads_nodes_stands_alone_in_the_one_privileged_namespace() -> None:
    standards = {
        each.name: each.namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        for each in plan().namespaces
    }
    assert [name for name, standard in standards.items() if standard == "privileged"] == ["monitoring-nodes"]
    assert values()["prometheus-node-exporter"]["namespaceOverride"] == "monitoring-nodes"


def test_grafana_reads_configmaps_of_its_namespace_and_no_secret() -> None:
    role, _ = plan().observability.access
    assert role["kind"] == "Role"
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
    ]
    assert values()["grafana"]["rbac"] == {"create": False}


def test_kube_state_metrics_reads_no_secret() -> None:
    assert "secrets" not in values()["kube-state-metrics"]["collectors"]


def test_another_version_of_the_chart_brings_its_own_images() -> None:
    chart = {"network:charts": {"prometheusStack": {"version": "88.6.0"}}}
    config = stacks.stack_config("dev", {"network:observability": {"prometheus": {"install": {}}}, **chart})
    release = build(config).observability.stack
    assert release is not None
    assert "'tag'" not in str(release.values)


@pytest.mark.parametrize("prometheus", [{"install": {}}, INTEGRATED], ids=["install", "integrate"])
def test_everything_that_is_watched_is_in_the_place_where_the_operator_looks(
    prometheus: dict[str, Any],
) -> None:
    place = "monitoring" if "install" in prometheus else "metrics"
    objects = plan(prometheus).monitoring.objects
    assert {each["metadata"]["namespace"] for each in objects} == {place}


def test_with_an_existing_prometheus_nothing_of_ours_runs() -> None:
    integrated = plan(INTEGRATED)
    assert integrated.observability.stack is None
    assert integrated.observability.prober is None
    assert integrated.observability.probes == ()
    assert not [each.name for each in integrated.namespaces if each.name.startswith("monitoring")]
