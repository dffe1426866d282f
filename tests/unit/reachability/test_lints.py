"""Each suspicion is told where there is reason for it, and not where there is none."""

from dataclasses import replace
from typing import Any

import pytest

from network.plan import build
from network.reachability import Cluster, Namespace, PortSet, Service, Workload, analyse
from network.reachability.addresses import AddressSet
from network.reachability.cilium import cilium_policy
from network.reachability.lints import Lint, lints, without
from network.reachability.model import ContainerPort, ServicePort
from network.reachability.policies import network_policy
from network.reachability.read import plan as read_plan
from tests import stacks

PODS = (
    Workload("shop", "web", {"app": "web"}, (ContainerPort(8080, name="http"),)),
    Workload("shop", "db", {"app": "db"}),
    Workload("shop", "agent", {"app": "agent"}, host_network=True),
)
DNS = PortSet.of("UDP", 53)
WEB: dict[str, Any] = {"podSelector": {"matchLabels": {"app": "web"}}}


def _lints(*specs: dict[str, Any], semantics: str = "vanilla", **more: Any) -> list[Lint]:
    policies = tuple(
        network_policy({"metadata": {"name": f"p{number}", "namespace": "shop"}, "spec": spec})
        for number, spec in enumerate(specs)
    )
    cluster = Cluster((Namespace("shop"),), PODS, policies=policies, **more)
    return list(lints(analyse(cluster, "cilium" if semantics == "cilium" else "vanilla")))


def _kinds(*specs: dict[str, Any], **more: Any) -> list[str]:
    return [lint.kind for lint in _lints(*specs, **more)]


def test_policies_that_do_what_they_say_raise_no_suspicion() -> None:
    rule = {"from": [{"podSelector": {"matchLabels": {"app": "db"}}}], "ports": [{"port": "http"}]}
    assert _lints({**WEB, "ingress": [rule]}) == []


@pytest.mark.parametrize(
    ("spec", "kind", "said"),
    [
        (
            {"podSelector": {"matchLabels": {"app": "wbe"}}},
            "selects-nothing",
            "`app=wbe` selects no known pod",
        ),
        ({"podSelector": {"matchLabels": {"app": "agent"}}}, "selects-nothing", "host-network pods only"),
        (
            {**WEB, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "bd"}}}]}]},
            "peer-selects-nothing",
            "ingress rule 1: `app=bd`",
        ),
        (
            {**WEB, "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"team": "x"}}}]}]},
            "unknown-namespace",
            "no known namespace has `team=x`",
        ),
        ({**WEB, "ingress": [{"ports": [{"port": "htpp"}]}]}, "unmatched-named-port", "named htpp"),
        (
            {**WEB, "ingress": [{"ports": [{"port": "http", "protocol": "UDP"}]}]},
            "unmatched-named-port",
            "UDP port named http",
        ),
        (
            {**WEB, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": 443}]}]},
            "egress-without-dns",
            "names do not resolve",
        ),
        (
            {
                **WEB,
                "ingress": [
                    {"ports": [{"port": 80}]},
                    {"ports": [{"port": 80}], "from": [{"podSelector": {}}]},
                ],
            },
            "redundant-rule",
            "ingress rule 2 says nothing that its own ingress rule 1 does not",
        ),
    ],
)
def test_a_suspicion_is_told(spec: dict[str, Any], kind: str, said: str) -> None:
    (lint,) = _lints(spec)
    assert lint.kind == kind
    assert said in str(lint)


def test_of_two_rules_that_say_the_same_only_the_later_is_redundant() -> None:
    spec = {**WEB, "ingress": [{"ports": [{"port": 80}]}]}
    (lint,) = _lints(spec, spec)
    assert lint.subject == "NetworkPolicy shop/p1"


def test_a_rule_of_a_narrower_policy_only_repeats_what_a_wider_one_says() -> None:
    rule = {"ports": [{"port": 80}]}
    (lint,) = _lints({"podSelector": {}, "ingress": [rule]}, {**WEB, "ingress": [rule]})
    assert (lint.kind, lint.subject) == ("repeated-rule", "NetworkPolicy shop/p1")


def test_a_rule_by_which_cilium_learns_host_names_is_not_redundant() -> None:
    dns = {"ports": [{"port": "53", "protocol": "UDP"}]}
    names = {**dns, "rules": {"dns": [{"matchPattern": "*"}]}}
    policies = tuple(
        cilium_policy(
            {
                "metadata": {"name": name, "namespace": "shop"},
                "spec": {"endpointSelector": {}, "egress": [{"toPorts": [ports]}]},
            }
        )
        for name, ports in (("plain", dns), ("learning", names))
    )
    found = lints(analyse(Cluster((Namespace("shop"),), PODS, policies=policies), "cilium"))
    assert [(lint.kind, lint.subject) for lint in found] == [
        ("redundant-rule", "CiliumNetworkPolicy shop/plain")
    ]


def test_a_suspicion_is_the_same_under_another_rule_number() -> None:
    before = {**WEB, "ingress": [{"ports": [{"port": "htpp"}]}]}
    other = {"ports": [{"port": 80}], "from": [{"podSelector": {"matchLabels": {"app": "bd"}}}]}
    after = {**WEB, "ingress": [other, *before["ingress"]]}
    old, new = _lints(before), _lints(after)
    assert [lint.kind for lint in without(new, old)] == ["peer-selects-nothing"]
    assert without(old, new) == ()


def test_a_block_of_cluster_addresses_is_suspicious_under_cilium_only() -> None:
    inside = {**WEB, "ingress": [{"from": [{"ipBlock": {"cidr": "10.244.0.0/24"}}]}]}
    outside = {**WEB, "ingress": [{"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}]}
    known = {"pod_addresses": AddressSet.of("10.244.0.0/16")}
    assert _kinds(inside, semantics="cilium", **known) == ["block-of-cluster-addresses"]
    assert _kinds(inside, **known) == []
    assert _kinds(outside, semantics="cilium", **known) == []


@pytest.mark.parametrize(("target", "suspicious"), [("http", False), (8080, False), (9090, True)])
def test_a_load_balancer_whose_pods_nobody_outside_reaches_is_told(
    target: int | str, suspicious: bool
) -> None:
    service = Service("shop", "web", {"app": "web"}, (ServicePort(80, target),), "LoadBalancer")
    spec = {**WEB, "ingress": [{"ports": [{"port": 8080}]}]}
    assert ("unreachable-service" in _kinds(spec, services=(service,))) == suspicious


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_the_plan_raises_no_suspicion_but_repeated_rules(stack: str) -> None:
    config = stacks.stack_config(stack)
    cluster = read_plan.cluster(config, build(config))
    found = {lint.kind for lint in lints(analyse(cluster, "cilium"))}
    # Each policy repeats what wider ones allow, so that any may come into force first.
    assert found - {"repeated-rule", "block-of-cluster-addresses"} == set()


def test_a_plan_without_its_dns_flow_is_suspicious() -> None:
    config = stacks.stack_config("dev")
    cluster = read_plan.cluster(config, build(config))
    dumb = tuple(
        replace(
            policy,
            egress=tuple(rule for rule in policy.egress if not rule.ports & DNS),
        )
        for policy in cluster.policies
    )
    kinds = {lint.kind for lint in lints(analyse(replace(cluster, policies=dumb), "cilium"))}
    assert "egress-without-dns" in kinds
