"""The plan's policies against the flows that they were made from."""

from dataclasses import replace

import pytest

from network.config import StackConfig
from network.plan import Plan, build
from network.plan.flows import Entity, Flow, Host, Pods, Port
from network.plan.platform_flows import TRAEFIK
from network.reachability import Reachability, analyse
from network.reachability.expectations import cut, opened, terms, undeclared
from network.reachability.read import plan as read_plan
from tests import stacks

ANY_POD = Pods("shop", "any", {})


def _analysed(config: StackConfig, plan: Plan, *, without: str = "") -> Reachability:
    cluster = read_plan.cluster(config, plan)
    policies = tuple(policy for policy in cluster.policies if str(policy) != without)
    semantics = "cilium" if config.cluster.cni == "cilium" else "vanilla"
    return analyse(replace(cluster, policies=policies), semantics, terms(plan.flows))


@pytest.fixture(scope="module", params=stacks.NAMES)
def config(request: pytest.FixtureRequest) -> StackConfig:
    return stacks.stack_config(request.param)


@pytest.fixture(scope="module")
def plan(config: StackConfig) -> Plan:
    return build(config)


def test_no_declared_flow_is_cut(config: StackConfig, plan: Plan) -> None:
    assert cut(_analysed(config, plan), plan.flows) == ()


def test_every_option_of_the_platform_cuts_no_declared_flow() -> None:
    config = stacks.everything()
    plan = build(config)
    assert cut(_analysed(config, plan), plan.flows) == ()


def test_a_policy_that_is_missing_is_noticed(config: StackConfig, plan: Plan) -> None:
    whole = _analysed(config, plan)
    policies = read_plan.cluster(config, plan).policies
    before = (cut(whole, plan.flows), undeclared(whole, plan.flows).rows)
    for policy in policies:
        found = _analysed(config, plan, without=str(policy))
        after = (cut(found, plan.flows), undeclared(found, plan.flows).rows)
        # A policy carries what a wider one allows too, so that either may come into force first. One
        # that carries nothing else decides nothing once both are there.
        (default,) = (
            each for each in policies if each.namespace == policy.namespace and not each.pods.requirements
        )
        repeats = policy != default and {*policy.ingress, *policy.egress} <= {
            *default.ingress,
            *default.egress,
        }
        assert (after != before) != repeats, policy


def test_pods_of_an_application_reach_nothing_undeclared(config: StackConfig, plan: Plan) -> None:
    found = _analysed(config, plan)
    pods = {
        index
        for index, each in enumerate(found.classes)
        if each.kind == "pods" and each.namespace not in ("cert-manager", "traefik", "kube-system")
    }
    for row in undeclared(found, plan.flows).rows:
        assert not any(row.sources >> index & 1 for index in pods), row


def test_a_forbidden_flow_that_is_open_is_found() -> None:
    config = stacks.stack_config("dev")
    found = _analysed(config, build(config))
    open_one = Flow("internet", Entity("nodes"), TRAEFIK, (Port(8443),), "Forbidden here.")
    closed_one = Flow("to-internet", ANY_POD, Entity("world"), (Port(443),), "Forbidden here.")
    assert [finding.flow.name for finding in opened(found, [open_one, closed_one])] == ["internet"]


def test_a_flow_to_a_host_that_no_policy_names_is_cut() -> None:
    config = stacks.stack_config("dev")
    flow = Flow("mail", ANY_POD, Host("mail.example.com"), (Port(25),), "Sends mail.")
    plan = build(config)
    found = analyse(read_plan.cluster(config, plan), "cilium", terms([flow]))
    (finding,) = cut(found, [flow])
    assert [str(each) for row in finding.rows for each in found.members(row.destinations)] == [
        "mail.example.com"
    ]
