"""Connections to the API server and to nodes, which have no address that policies could name."""

from typing import Any

from network.plan import build
from network.plan.applications import flows as application_flows
from network.plan.model.flows import Entity, Port
from network.plan.model.peers import API_SERVER_PORTS
from tests import stacks

TALKS: dict[str, Any] = {
    "network:applications": {
        "shop": {
            "talksTo": {
                "web": [
                    {"entity": "kube-apiserver", "reason": "reads its pods"},
                    {"entity": "nodes", "port": 10250, "reason": "scrapes kubelets"},
                ]
            }
        }
    }
}


def test_they_are_flows_to_entities_on_the_ports_that_are_known() -> None:
    flows = {flow.name: flow for flow in application_flows.build(stacks.stack_config("dev", TALKS))}

    api_server = flows["shop-web-to-kube-apiserver"]
    assert (api_server.destination, api_server.ports) == (Entity("kube-apiserver"), API_SERVER_PORTS)
    nodes = flows["shop-web-to-nodes-10250-tcp"]
    assert (nodes.destination, nodes.ports) == (Entity("nodes"), (Port(10250),))


def test_cilium_is_told_of_them_as_entities() -> None:
    plan = build(stacks.stack_config("dev", TALKS))
    policies = [m for each in plan.policies for m in each.additions if m["metadata"]["name"] == "shop-web"]

    entities = {
        entity for p in policies for rule in p["spec"]["egress"] for entity in rule.get("toEntities", ())
    }
    assert entities == {"kube-apiserver", "host", "remote-node"}
