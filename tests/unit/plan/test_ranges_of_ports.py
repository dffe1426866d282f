"""Lists and ranges of ports in flows, and what the API server calls in pods (POL-7)."""

from typing import Any

import pytest

from network.plan import Plan, build
from network.plan.model.flows import Entity, Port
from network.reachability import analyse, expectations
from network.reachability.peer_class import Semantics
from network.reachability.ports import parse
from network.reachability.read.plan import cluster
from network.reachability.selectors import Selector
from tests import stacks

DECLARED: dict[str, Any] = {
    "network:applications": {
        "shop": {
            "workloads": {
                "mesh": {
                    "labels": {"app": "mesh"},
                    "ports": {"http": {"port": 8080}, "join": {"port": 9100, "endPort": 9155}},
                }
            },
            "talksTo": {
                "web": [
                    {"range": "198.51.100.0/24", "ports": [21, "50000-50100"], "reason": "price lists"},
                    {"workload": "mesh", "ports": ["http", "join"], "reason": "joins the mesh"},
                    {"entity": "nodes", "ports": [10250, "9400-9410"], "reason": "reads the nodes"},
                ]
            },
            "acceptsFrom": {
                "mesh": [{"entity": "kube-apiserver", "port": "http", "reason": "admission of its kind"}]
            },
        }
    }
}


@pytest.fixture(scope="module", params=["cilium", "generic"])
def plan(request: pytest.FixtureRequest) -> Plan:
    return build(stacks.stack_config("dev", DECLARED | {"network:cluster": {"cni": request.param}}))


def rules(plan: Plan, name: str, direction: str) -> list[dict[str, Any]]:
    policies = [m for each in plan.policies for m in each.manifests if m["metadata"]["name"] == name]
    return [rule for policy in policies for rule in policy["spec"].get(direction, ())]


def test_a_flow_has_every_port_of_its_list_and_a_name_of_its_own(plan: Plan) -> None:
    flows = {flow.name: flow.ports for flow in plan.flows}
    assert flows["shop-web-to-198-51-100-0-24-21-50000to50100-tcp"] == (
        Port(21),
        Port(50000, end_port=50100),
    )
    assert flows["shop-web-to-shop-mesh-http-join-tcp"] == (Port(8080), Port(9100, end_port=9155))
    assert flows["shop-web-to-nodes-10250-9400to9410-tcp"] == (Port(10250), Port(9400, end_port=9410))


def test_a_policy_names_a_range_by_its_ends(plan: Plan) -> None:
    (rule,) = [rule for rule in rules(plan, "shop-web", "egress") if "198.51.100.0/24" in str(rule.get("to"))]
    assert rule["ports"] == [
        {"port": 21, "protocol": "TCP"},
        {"port": 50000, "endPort": 50100, "protocol": "TCP"},
    ]


def test_cilium_takes_the_first_port_as_text_and_the_last_as_a_number() -> None:
    plan = build(stacks.stack_config("dev", DECLARED))
    (rule,) = [rule for rule in rules(plan, "shop-web", "egress") if "host" in rule.get("toEntities", ())]
    assert rule["toPorts"][0]["ports"] == [
        {"port": "10250", "protocol": "TCP"},
        {"port": "9400", "endPort": 9410, "protocol": "TCP"},
    ]


def test_the_api_server_comes_to_a_webhook_also_through_a_node(plan: Plan) -> None:
    flows = {flow.name: flow for flow in plan.flows}
    calls = flows["kube-apiserver-to-shop-mesh-http"], flows["nodes-to-shop-mesh-http"]
    assert [(flow.source, flow.ports) for flow in calls] == [
        (Entity("kube-apiserver"), (Port(8080),)),
        (Entity("nodes"), (Port(8080),)),
    ]


def test_a_service_has_the_single_ports_of_its_workload(plan: Plan) -> None:
    (service,) = [
        each
        for application in plan.applications
        for each in application.services
        if each["metadata"]["name"] == "mesh"
    ]
    assert [port["name"] for port in service["spec"]["ports"]] == ["http"]


@pytest.mark.parametrize(("cni", "semantics"), [("cilium", "cilium"), ("generic", "vanilla")])
def test_the_analysis_finds_every_port_of_a_range_open_and_none_beside(
    cni: str, semantics: Semantics
) -> None:
    config = stacks.stack_config("dev", DECLARED | {"network:cluster": {"cni": cni}})
    plan = build(config)
    found = analyse(cluster(config, plan), semantics, expectations.terms(plan.flows))
    assert not expectations.cut(
        found, [each for each in plan.flows if each.name.startswith("shop-web-to-shop-mesh")]
    )
    web, mesh = (
        found.resolved.of_pods("shop", Selector.of(labels))
        for labels in ({"app.kubernetes.io/name": "shop-web"}, {"app": "mesh"})
    )
    (row,) = [row for row in found.rows if row.sources & web and row.destinations & mesh]
    assert row.ports == parse("8080") | parse("9100-9155")
