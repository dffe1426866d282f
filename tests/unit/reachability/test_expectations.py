"""The plan's policies against the flows that they were made from."""

from dataclasses import replace
from typing import Any

import pytest

from network.config import StackConfig
from network.plan import Plan, build
from network.plan.model.flows import Entity, Flow, Host, Pods, Port
from network.plan.model.names import application_namespace
from network.plan.model.peers import TRAEFIK
from network.reachability import Policy, PortSet, Reachability, analyse, bits
from network.reachability.addresses import AddressSet
from network.reachability.compare import compare
from network.reachability.expectations import cut, opened, terms, undeclared
from network.reachability.model import AddressPeer, Rule
from network.reachability.read import plan as read_plan
from network.reachability.selectors import Selector
from tests import stacks

ANY_POD = Pods("shop", "any", {})


EVERYTHING = "everything"
"""The dev stack with every option."""


def _analysed(
    config: StackConfig, plan: Plan, *, without: str = "", instead: tuple[Policy, ...] = ()
) -> Reachability:
    cluster = read_plan.cluster(config, plan)
    policies = (*(policy for policy in cluster.policies if str(policy) != without), *instead)
    semantics = "cilium" if config.cluster.cni == "cilium" else "vanilla"
    return analyse(replace(cluster, policies=policies), semantics, terms(plan.flows))


@pytest.fixture(scope="module", params=[*stacks.NAMES, EVERYTHING])
def config(request: pytest.FixtureRequest) -> StackConfig:
    if request.param == EVERYTHING:
        return stacks.everything()
    return stacks.stack_config(request.param)


@pytest.fixture(scope="module")
def plan(config: StackConfig) -> Plan:
    return build(config)


def test_no_declared_flow_is_cut(config: StackConfig, plan: Plan) -> None:
    assert cut(_analysed(config, plan), plan.flows) == ()


def test_a_policy_that_is_missing_is_noticed(config: StackConfig, plan: Plan) -> None:
    whole = _analysed(config, plan)
    for policy in whole.cluster.policies:
        noticed = bool(compare(whole, _analysed(config, plan, without=str(policy))))
        assert noticed == _enforces(config, policy), policy


def test_a_rule_that_is_added_is_noticed(config: StackConfig, plan: Plan) -> None:
    whole = _analysed(config, plan)
    rule = Rule((AddressPeer(AddressSet.of("198.18.0.0/15"), "198.18.0.0/15"),), PortSet.of("TCP", 9))
    for policy in whole.cluster.policies:
        for wider in (
            replace(policy, ingress=(*policy.ingress, rule)),
            replace(policy, egress=(*policy.egress, rule)),
        ):
            found = _analysed(config, plan, without=str(policy), instead=(wider,))
            assert bool(compare(whole, found).opened) == _enforces(config, policy), policy


def _enforces(config: StackConfig, policy: Policy) -> bool:
    """Whether a policy decides anything. One that only reports does not: everything passes beside it."""
    return policy.namespace not in _reporting(config)


def _reporting(config: StackConfig) -> set[str]:
    return {
        application_namespace(config, name)
        for name, application in config.applications.items()
        if application.policies == "report"
    }


def test_pods_of_an_application_reach_nothing_undeclared(config: StackConfig, plan: Plan) -> None:
    found = _analysed(config, plan)
    applications = {application_namespace(config, name) for name in config.applications}
    pods = {
        index
        for index, each in enumerate(found.classes)
        if each.kind == "pods" and each.namespace in applications - _reporting(config)
    }
    for row in undeclared(found, plan.flows).rows:
        assert not any(row.sources >> index & 1 for index in pods), row


def test_a_forbidden_flow_that_is_open_is_found() -> None:
    config = stacks.stack_config("dev")
    found = _analysed(config, build(config))
    open_one = Flow("internet", Entity("nodes"), TRAEFIK, (Port(8443),), "Forbidden here.")
    closed_one = Flow("to-internet", ANY_POD, Entity("world"), (Port(443),), "Forbidden here.")
    assert [finding.flow.name for finding in opened(found, [open_one, closed_one])] == ["internet"]


NETWORK_LOAD_BALANCER = {
    "network:ingress": {"loadBalancer": {"type": "REGIONAL_NETWORK", "proxyProtocol": False}}
}


@pytest.mark.parametrize(
    "over",
    [
        NETWORK_LOAD_BALANCER,
        {
            "network:applications": {
                "shop": {"talksTo": {"web": [{"range": "0.0.0.0/0", "port": 443, "reason": "asks anybody"}]}}
            }
        },
        {"network:certificates": {"dns01": {"waitInsteadOfSelfCheck": "60s"}}},
    ],
    ids=["clients of a network load balancer", "every address", "no name servers"],
)
def test_named_hosts_are_a_part_of_the_world(over: dict[str, Any]) -> None:
    config = stacks.stack_config("dev", over)
    planned = build(config)
    found = analyse(read_plan.cluster(config, planned), "cilium", terms(planned.flows))

    assert not cut(found, planned.flows)
    for row in undeclared(found, planned.flows).rows:
        outside = [each for each in found.members(row.sources | row.destinations) if each.kind != "pods"]
        assert {each.kind for each in outside} & {"host", "addresses"} == set()


def test_the_answer_for_a_host_as_source_and_its_reasons_agree() -> None:
    config = stacks.stack_config("dev", NETWORK_LOAD_BALANCER)
    planned = build(config)
    found = analyse(read_plan.cluster(config, planned), "cilium", terms(planned.flows))
    (traefik,) = bits.members(found.resolved.of_pods(TRAEFIK.namespace, Selector.of(TRAEFIK.labels)))

    for host in bits.members(found.resolved.hosts):
        answer = found.why(host, traefik, 8443)
        assert answer.allowed
        assert any("allowed by" in str(reason) for reason in answer.reasons)
        assert not found.allowed(host, traefik, 22)
    assert not any(row.sources & found.resolved.hosts for row in found.rows)


def test_a_flow_to_a_host_that_no_policy_names_is_cut() -> None:
    config = stacks.stack_config("dev")
    flow = Flow("mail", ANY_POD, Host("mail.example.com"), (Port(25),), "Sends mail.")
    plan = build(config)
    found = analyse(read_plan.cluster(config, plan), "cilium", terms([flow]))
    (finding,) = cut(found, [flow])
    assert [str(each) for row in finding.rows for each in found.members(row.destinations)] == [
        "mail.example.com"
    ]
