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
        ([_namespaces(team="mon"), block("203.0.113.0/24"), APP], True),
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
        (_service(80, 8080, type="NodePort", ports=[{"port": 8080, "nodePort": 30080}]), 30080, True),
        (_service(80, 8080, type="NodePort", ports=[{"port": 8080, "nodePort": 8080}]), 8080, False),
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
        ([block("0.0.0.0/1"), block("128.0.0.0/1")], True),
        ([block("1.2.3.4/0")], True),
        ([block("0.0.0.0/2")], False),
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
@pytest.mark.parametrize("more", [[], [{"port": 443}], [{"port": 53, "protocol": "SCTP"}]])
def test_dns_to_one_s_own_pods_is_told(peer: Manifest, more: list[Manifest], suspicious: bool) -> None:
    resolver = pod("resolver", containers=[{"ports": [{"containerPort": 53, "protocol": "UDP"}]}])
    ports = [{"port": 53, "protocol": "UDP"}, {"port": 53}, *more]
    rule = policy(pods={"app": "web"}, policyTypes=["Egress"], egress=[{"to": [peer], "ports": ports}])
    objects = [WEB, rule] if suspicious else [WEB, resolver, rule]
    assert ("dns-to-own-namespace" in _kinds(*objects)) == suspicious


def test_a_range_of_ports_that_holds_that_of_dns_is_not_meant_for_it() -> None:
    rule = {"to": [{"podSelector": {}}], "ports": [{"port": 1, "endPort": 1024, "protocol": "UDP"}]}
    assert "dns-to-own-namespace" not in _kinds(WEB, policy(policyTypes=["Egress"], egress=[rule]))


def test_dns_of_cilium_to_one_s_own_pods_is_told() -> None:
    ports = [{"ports": [{"port": "53", "protocol": "ANY"}]}]
    own = cilium(
        "p", {}, egress=[{"toEndpoints": [{"matchLabels": {"k8s-app": "kube-dns"}}], "toPorts": ports}]
    )
    assert "dns-to-own-namespace" in _kinds(WEB, own)


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


PEERS: Manifest = {"from": [APP]}
PORTS: Manifest = {"ports": [{"port": 8080}]}


@pytest.mark.parametrize(
    ("rules", "suspicious"),
    [
        ([PEERS, PORTS], True),
        ([PORTS, PEERS], True),
        ([{**PEERS, **PORTS}], False),
        ([{**PEERS, **PORTS}, PORTS], False),
        ([PEERS, PEERS], False),
        ([PORTS, PORTS], False),
        ([PEERS, {}], False),
    ],
)
def test_two_rules_that_look_like_one_are_told(rules: list[Manifest], suspicious: bool) -> None:
    assert ("two-rules-for-one" in _kinds(WEB, policy(ingress=rules))) == suspicious
    out = [{("to" if key == "from" else key): value for key, value in rule.items()} for rule in rules]
    assert ("two-rules-for-one" in _kinds(WEB, policy(policyTypes=["Egress"], egress=out))) == suspicious


def test_two_rules_of_cilium_that_look_like_one_are_told() -> None:
    ports = {"toPorts": [{"ports": [{"port": "8080"}]}]}
    rules = [{"fromEndpoints": [{"matchLabels": {"app": "web"}}]}, ports]
    assert "two-rules-for-one" in _kinds(WEB, cilium("p", {}, ingress=rules))
    assert "two-rules-for-one" not in _kinds(WEB, cilium("p", {}, ingress=[{**rules[0], **ports}]))


@pytest.mark.parametrize(("ports", "suspicious"), [([], True), (None, False), ([{"port": 8080}], False)])
def test_an_empty_list_of_ports_is_told(ports: Any, suspicious: bool) -> None:
    told = _kinds(WEB, policy(ingress=[{"from": [APP], "ports": ports}]))
    assert ("every-port-by-empty-list" in told) == suspicious
    to_ports = [{"ports": [{"port": "8080"}]}] if ports else ports
    told = _kinds(WEB, cilium("p", {}, ingress=[{"fromEndpoints": [{}], "toPorts": to_ports}]))
    assert ("every-port-by-empty-list" in told) == suspicious


@pytest.mark.parametrize("key", ["fromEndpoints", "fromEntities", "fromCIDR", "fromCIDRSet"])
def test_an_empty_list_of_peers_means_no_one_to_cilium_and_is_told(key: str) -> None:
    given = cluster(WEB, pod("db"), cilium("p", {}, ingress=[{key: []}]))
    assert [lint.kind for lint in _told(given)] == ["nobody-by-empty-list"]
    # The usual way to deny everything.
    assert _kinds(WEB, cilium("p", {}, ingress=[{}])) == []


def test_a_service_s_port_beside_the_next_number_is_told() -> None:
    rule = policy(pods={"app": "web"}, ingress=[{"ports": [{"port": 80}, {"port": 81}]}])
    assert "port-of-service" in _kinds(WEB, _service(80, 8080), rule)
    wide = policy(pods={"app": "web"}, ingress=[{"ports": [{"port": 1, "endPort": 1024}]}])
    assert "port-of-service" not in _kinds(WEB, _service(80, 8080), wide)
    both = policy(pods={"app": "web"}, ingress=[{"ports": [{"port": 8079, "endPort": 8081}]}])
    assert "port-of-service" not in _kinds(WEB, _service(8081, 8080), both)


def test_a_name_of_a_service_s_port_is_told_with_the_service() -> None:
    named = _service(80, 8080, ports=[{"name": "front", "port": 80, "targetPort": 8080}])
    (lint,) = _told(
        cluster(WEB, named, policy(pods={"app": "web"}, ingress=[{"ports": [{"port": "front"}]}]))
    )
    assert lint.kind == "unmatched-named-port"
    assert "Service shop/web calls its own so" in lint.text


@pytest.mark.parametrize("families", [("0.0.0.0/0", "::/0"), ("::/0", "0.0.0.0/0")])
def test_either_family_may_be_forgotten(families: tuple[str, str]) -> None:
    kind = "ipv6-forgotten" if families[1] == "::/0" else "ipv4-forgotten"
    one, other = (
        policy(name, policyTypes=["Egress"], egress=[{"to": [block(each)]}])
        for name, each in zip("ab", families, strict=True)
    )
    assert kind in _kinds(WEB, one)
    assert kind not in _kinds(WEB, one, other)
    # Also where no pod is in the input.
    assert kind in _kinds(one)


def test_pods_of_which_only_some_have_the_other_family_are_told() -> None:
    four = policy(policyTypes=["Egress"], egress=[{"to": [block("0.0.0.0/0")]}])
    six = [
        policy(f"six-{name}", pods={"app": name}, policyTypes=["Egress"], egress=[{"to": [block("::/0")]}])
        for name in ("web", "db")
    ]
    assert "ipv6-forgotten" in _kinds(WEB, pod("db"), four, six[0])
    assert "ipv6-forgotten" not in _kinds(WEB, pod("db"), four, *six)


@pytest.mark.parametrize(
    ("name", "suspicious"),
    [("db.shop.svc.cluster.local", True), ("db.shop.svc", True), ("svc.example.com", False)],
)
def test_a_name_of_a_service_is_no_host_to_cilium(name: str, suspicious: bool) -> None:
    rule = cilium("p", {}, egress=[{"toFQDNs": [{"matchName": name}]}])
    assert ("name-of-service" in _kinds(WEB, rule)) == suspicious
