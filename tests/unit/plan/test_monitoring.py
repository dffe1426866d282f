"""Scrapes, rules and dashboards follow from what layers bring (OBS-1, OBS-5 to OBS-7)."""

from dataclasses import dataclass
from typing import Any

import pytest

from network.config import StackConfig
from network.plan import LAYERS, build
from network.plan.model.dashboards import Dashboard, Panel, Query, Row
from network.plan.model.flows import Entity, Pods, Port
from network.plan.model.kubernetes import Manifest
from network.plan.model.layer import LayerPlan
from network.plan.model.rules import Alert, Recording, RuleGroup
from tests import stacks
from tests.unit.plan.test_observability import INTEGRATED

INSTALLED = {"install": {}}

ALERT = Alert(
    name="ToyBroken",
    expr='kube_pod_info{job="kube-state-metrics"} * on(node) up{job="node-exporter"}',
    wait="5m",
    severity="critical",
    summary="A toy is broken.",
    description="Nobody can play.",
    dashboard="toys",
    labels={"application": "toys"},
)
RULES = RuleGroup("toys", (Recording("toy:played:rate5m", "rate(played[5m])"), ALERT), interval="1m")
DASHBOARD = Dashboard(
    "toys",
    "Toys",
    "All of them.",
    (Row("Use", (Panel("Played", "How often.", "short", (Query('up{job="cadvisor"}'),)),)),),
)


@dataclass(frozen=True, kw_only=True)
class ToyPlan(LayerPlan):
    title = "Toys"


def toy(_: StackConfig) -> ToyPlan:
    return ToyPlan(rules=(RULES,), dashboards=(DASHBOARD,))


def objects(prometheus: dict[str, Any]) -> dict[str, Manifest]:
    """What follows from all layers and a toy, by kind and name."""
    config = stacks.stack_config(
        "dev", {"network:observability": {"prometheus": prometheus}}, without=stacks.WATCHING
    )
    plan = build(config, (*LAYERS, toy))
    return {f"{each['kind']} {each['metadata']['name']}": each for each in plan.monitoring.objects}


def test_every_endpoint_has_a_monitor_and_a_flow_from_prometheus() -> None:
    plan = build(stacks.everything())
    endpoints = [each for layer in plan.layers for each in layer.metrics]
    monitors = {
        each["metadata"]["name"]
        for each in plan.monitoring.objects
        if each["kind"] in ("PodMonitor", "ScrapeConfig")
    }
    flows = {flow.name: flow for flow in plan.monitoring.flows}
    assert len(endpoints) == len(monitors) == len(flows)
    for each in endpoints:
        assert f"network-{each.job}" in monitors
        flow = flows[f"monitoring-to-{each.job}-metrics"]
        assert flow.destination == each.target
        assert flow.ports == (Port(each.port),)
        assert isinstance(flow.source, Pods)
        assert flow.source.namespace == "monitoring"


def test_jobs_are_those_that_rules_and_dashboards_name() -> None:
    plan = build(stacks.everything())
    assert {each.job for layer in plan.layers for each in layer.metrics} >= {
        "traefik",
        "cert-manager-controller",
        "cert-manager-webhook",
        "cert-manager-cainjector",
        "coredns",
        "kube-state-metrics",
        "node-exporter",
        "kubelet",
        "cadvisor",
        "cilium",
        "hubble",
        "metrics-server",
        "prometheus",
        "alertmanager",
        "prometheus-operator",
        "blackbox",
    }


def test_what_listens_on_nodes_is_scraped_at_their_address_in_the_vpc() -> None:
    spec = objects(INSTALLED)["ScrapeConfig network-cilium"]["spec"]
    assert spec["kubernetesSDConfigs"] == [{"role": "Node"}]
    assert spec["relabelings"][0] == {
        "sourceLabels": ["__meta_kubernetes_node_address_InternalIP"],
        "targetLabel": "__address__",
        "replacement": "$1:9090",
    }


def test_kubelets_are_asked_with_a_token_and_their_certificate_is_verified() -> None:
    spec = objects(INSTALLED)["ScrapeConfig network-kubelet"]["spec"]
    assert (spec["scheme"], spec["scrapeClass"]) == ("HTTPS", "cluster")
    release = build(stacks.stack_config("dev")).observability.stack
    assert release is not None
    (known,) = release.values["prometheus"]["prometheusSpec"]["scrapeClasses"]
    assert known["name"] == "cluster"
    assert known["tlsConfig"].keys() == {"caFile"}


def test_series_of_other_objects_have_no_namespace_of_their_target() -> None:
    found = objects(INSTALLED)
    (kept,) = found["PodMonitor network-traefik"]["spec"]["podMetricsEndpoints"]
    (dropped,) = found["PodMonitor network-kube-state-metrics"]["spec"]["podMetricsEndpoints"]
    assert kept["relabelings"][1]["regex"] == "container|endpoint"
    assert dropped["relabelings"][1]["regex"] == "container|endpoint|namespace|pod"


def test_the_rules_of_a_layer_are_one_object() -> None:
    (group,) = objects(INSTALLED)["PrometheusRule network-toys"]["spec"]["groups"]
    recording, alert = group["rules"]
    assert (group["name"], group["interval"]) == ("toys", "1m")
    assert recording == {"record": "toy:played:rate5m", "expr": "rate(played[5m])"}
    assert alert["labels"] == {"application": "toys", "severity": "critical"}
    assert alert["annotations"]["dashboard"] == "toys"


def test_a_dashboard_is_where_grafanas_look() -> None:
    found = objects(INSTALLED)["ConfigMap toys"]
    assert found["metadata"]["labels"] == {"grafana_dashboard": "1"}
    assert found["data"].keys() == {"toys.json"}


def test_an_existing_prometheus_gets_the_same_but_what_it_scrapes_by_itself() -> None:
    installed, integrated = objects(INSTALLED), objects(INTEGRATED)
    assert integrated.keys() < installed.keys()
    own = {name.partition(" network-")[2] for name in installed.keys() - integrated.keys()}
    assert own == {
        "kubelet",
        "cadvisor",
        "node-exporter",
        "kube-state-metrics",
        "prometheus",
        "alertmanager",
        "prometheus-operator",
        "blackbox",
        # Alerts about them and the probes.
        "observability",
    }


def test_rules_and_dashboards_name_jobs_as_an_existing_prometheus_does() -> None:
    over = stacks.merged(INTEGRATED, {"integrate": {"jobs": {"nodeExporter": "node"}}})
    found = objects(over)
    (group,) = found["PrometheusRule network-toys"]["spec"]["groups"]
    assert group["rules"][1]["expr"].endswith('up{job="node"}')
    assert 'up{job=\\"kubelet\\"}' in found["ConfigMap toys"]["data"]["toys.json"]


@pytest.mark.parametrize("kind", ["PodMonitor", "PrometheusRule", "ConfigMap"])
def test_an_operator_selects_by_its_labels(kind: str) -> None:
    for name, each in objects(INTEGRATED).items():
        if name.startswith(kind):
            assert each["metadata"]["labels"]["release"] == "prometheus", name


def test_plain_pods_that_scrape_get_flows_and_no_objects() -> None:
    named = {"network:policies": {"monitoring": {"namespace": "metrics", "labels": {"app": "prometheus"}}}}
    plan = build(stacks.stack_config("dev", named, without=stacks.WATCHING))
    assert plan.monitoring.objects == ()
    assert {flow.name for flow in plan.monitoring.flows} >= {"monitoring-to-traefik-metrics"}
    assert not [flow for flow in plan.monitoring.flows if isinstance(flow.destination, Entity)]
