"""The mistakes that nearly everybody makes once are told, and what only looks like one is not."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from network.reachability import Cluster, analyse
from network.reachability.addresses import AddressSet
from network.reachability.lints import lints
from network.reachability.suspicion import Kind, Lint, by_weight
from tests.unit.reachability.manifests import Manifest, block, cilium, cluster, pod, policy

HTTP: dict[str, Any] = {"containers": [{"ports": [{"name": "http", "containerPort": 8080}]}]}
WEB = pod("web", **HTTP)
APP = {"podSelector": {"matchLabels": {"app": "web"}}}


def _told(given: Cluster) -> list[Lint]:
    semantics = "cilium" if any(each.kind == "CiliumNetworkPolicy" for each in given.policies) else "vanilla"
    return list(lints(analyse(given, semantics)))


def _kinds(*objects: Manifest) -> list[str]:
    return [lint.kind for lint in _told(cluster(*objects))]


def _service(port: Any, target: Any = None, **more: Any) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": port, "targetPort": target}], **more},
    }


def _namespaces(**labels: str) -> Manifest:
    return {"namespaceSelector": {"matchLabels": labels}}


MON = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "mon", "labels": {"team": "mon"}},
}


@pytest.mark.parametrize(
    ("peers", "suspicious"),
    [
        ([_namespaces(team="mon"), APP], True),
        ([APP, _namespaces(team="mon")], True),
        ([{**_namespaces(team="mon"), **APP}], False),
        ([_namespaces(team="mon")], False),
        ([{**_namespaces(team="mon"), **APP}, APP], False),
        ([_namespaces(team="mon"), {"podSelector": {}}], False),
    ],
)
def test_two_items_that_look_like_one_are_told(peers: list[Manifest], suspicious: bool) -> None:
    rule = policy(ingress=[{"from": peers}])
    assert ("two-peers-for-one" in _kinds(WEB, MON, pod("web", "mon"), rule)) == suspicious


@pytest.mark.parametrize(
    ("spec", "suspicious"),
    [
        ({"policyTypes": ["Ingress"], "egress": [{"to": [APP]}]}, True),
        ({"policyTypes": ["Ingress"], "egress": []}, True),
        ({"egress": []}, True),
        ({"policyTypes": ["Egress"], "ingress": [{}], "egress": []}, True),
        ({"policyTypes": ["Egress"], "egress": []}, False),
        ({"policyTypes": ["Ingress"], "egress": None}, False),
        ({"policyTypes": ["Ingress", "Egress"], "egress": []}, False),
    ],
)
def test_rules_outside_the_types_are_told(spec: Manifest, suspicious: bool) -> None:
    assert ("rules-without-type" in _kinds(WEB, policy(**spec))) == suspicious


@pytest.mark.parametrize(
    ("rule", "suspicious"),
    [
        ({"from": []}, True),
        ({"from": [], "ports": [{"port": 8080}]}, True),
        ({"from": None}, True),
        ({"ports": [{"port": 8080}]}, False),
        ({}, False),
    ],
)
def test_an_empty_list_of_peers_is_told(rule: Manifest, suspicious: bool) -> None:
    assert ("anyone-by-empty-list" in _kinds(WEB, policy(ingress=[rule]))) == suspicious
    out = {("to" if key == "from" else key): value for key, value in rule.items()}
    told = _kinds(WEB, policy(policyTypes=["Egress"], egress=[out]))
    assert ("anyone-by-empty-list" in told) == suspicious


@pytest.mark.parametrize(
    ("service", "port", "suspicious"),
    [
        (_service(80, 8080), 80, True),
        (_service(80, "http"), 80, True),
        (_service(80, 8080), 8080, False),
        (_service(8080), 8080, False),
        (_service(80, 8080), 443, False),
    ],
)
def test_a_service_s_port_in_place_of_the_pods_is_told(
    service: Manifest, port: int, suspicious: bool
) -> None:
    into = policy(pods={"app": "web"}, ingress=[{"from": [{"podSelector": {}}], "ports": [{"port": port}]}])
    out = policy(policyTypes=["Egress"], egress=[{"to": [APP], "ports": [{"port": port}]}])
    for rule in (into, out):
        assert ("port-of-service" in _kinds(WEB, service, rule)) == suspicious


@pytest.mark.parametrize(
    ("cidr", "address", "suspicious"),
    [
        ("10.96.12.13/32", "10.96.12.13", True),
        ("10.96.0.0/16", "10.96.12.13", True),
        ("fd00:96::13/128", "fd00:96::13", True),
        ("10.97.0.0/16", "10.96.12.13", False),
        ("10.0.0.0/8", "10.96.12.13", False),
        ("10.96.12.13/32", "None", False),
    ],
)
def test_a_block_for_a_service_is_told(cidr: str, address: str, suspicious: bool) -> None:
    rule = policy(policyTypes=["Egress"], egress=[{"to": [block(cidr)]}])
    assert ("block-of-service" in _kinds(WEB, _service(80, 8080, clusterIP=address), rule)) == suspicious


@pytest.mark.parametrize(
    ("blocks", "suspicious"),
    [
        ([block("0.0.0.0/0")], True),
        ([block("0.0.0.0/0", "10.0.0.0/8")], True),
        ([block("0.0.0.0/0"), block("::/0")], False),
        ([block("203.0.113.0/24")], False),
    ],
)
def test_all_of_ipv4_and_nothing_of_ipv6_is_told(blocks: list[Manifest], suspicious: bool) -> None:
    rule = policy(policyTypes=["Egress"], egress=[{"to": blocks}])
    assert ("ipv6-forgotten" in _kinds(WEB, rule)) == suspicious


def test_ipv6_in_another_rule_is_not_forgotten() -> None:
    rules = policy(policyTypes=["Egress"], egress=[{"to": [block("0.0.0.0/0")]}, {"to": [block("::/0")]}])
    assert "ipv6-forgotten" not in _kinds(WEB, rules)


@pytest.mark.parametrize(
    ("peer", "suspicious"),
    [
        ({"podSelector": {}}, True),
        ({"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}, True),
        ({"namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}, False),
        ({"podSelector": {"matchLabels": {"app": "resolver"}}}, False),
    ],
)
def test_dns_to_one_s_own_pods_is_told(peer: Manifest, suspicious: bool) -> None:
    resolver = pod("resolver", containers=[{"ports": [{"containerPort": 53, "protocol": "UDP"}]}])
    ports = [{"port": 53, "protocol": "UDP"}, {"port": 53}]
    rule = policy(pods={"app": "web"}, policyTypes=["Egress"], egress=[{"to": [peer], "ports": ports}])
    objects = [WEB, rule] if suspicious else [WEB, resolver, rule]
    assert ("dns-to-own-namespace" in _kinds(*objects)) == suspicious


def test_host_names_without_the_rule_that_learns_them_are_told() -> None:
    names = {"toFQDNs": [{"matchName": "api.example.com"}]}
    dns = {
        "toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system"}}],
        "toPorts": [
            {"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}}
        ],
    }
    plain = {**dns, "toPorts": [{"ports": [{"port": "53", "protocol": "ANY"}]}]}
    assert "unlearned-names" in _kinds(WEB, cilium("p", {}, egress=[names]))
    assert "unlearned-names" in _kinds(WEB, cilium("p", {}, egress=[names, plain]))
    assert "unlearned-names" not in _kinds(WEB, cilium("p", {}, egress=[names, dns]))
    elsewhere = cilium("q", {"matchLabels": {"app": "web"}}, egress=[dns])
    assert "unlearned-names" not in _kinds(WEB, cilium("p", {}, egress=[names]), elsewhere)


def test_exceptions_that_cover_everything_are_told() -> None:
    rule = policy(ingress=[{"from": [block("10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9")]}])
    assert "covered-by-its-exceptions" in _kinds(WEB, rule)
    assert "covered-by-its-exceptions" not in _kinds(
        WEB, policy(ingress=[{"from": [block("10.0.0.0/8", "10.0.0.0/9")]}])
    )


def test_the_gravest_comes_first() -> None:
    told = [Lint(kind, "p", "t") for kind in reversed(get_args(Kind))]
    assert [lint.kind for lint in by_weight(told)] == list(get_args(Kind))


def test_a_known_range_of_services_makes_a_wider_block_suspicious() -> None:
    rule = policy(policyTypes=["Egress"], egress=[{"to": [block("10.96.0.0/13")]}])
    given = cluster(WEB, _service(80, 8080, clusterIP="10.96.0.9"), rule)
    assert "block-of-service" not in [lint.kind for lint in _told(given)]
    known = replace(given, service_addresses=AddressSet.of("10.96.0.0/12"))
    assert "block-of-service" in [lint.kind for lint in _told(known)]
