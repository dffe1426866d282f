"""Policies generated from flows. That they enforce what they say is shown by the lab."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from typing import Any

import pytest

from network.config import StackConfig
from network.plan import build as plan
from network.plan import certificates as certificates_plan
from network.plan.certificates.flows import SOLVER
from network.plan.model.flows import Entity, Flow, Host, Pods, Port, Range
from network.plan.model.kubernetes import Manifest
from network.plan.model.peers import DNS
from network.plan.policies import (
    APPROXIMATION_ANNOTATION,
    FLOWS_ANNOTATION,
    NamespacePolicies,
)
from network.plan.policies import build as build_policies
from tests import libyaml

STACK = libyaml.load(
    """
    environment: {name: test, tier: development, region: ams3}
    external:
      vpc: {ipRange: 10.0.0.0/16}
      dns: {zone: test.example.com}
    cluster:
      version: 1.36.1-do.0
      ha: false
      apiAllowedRanges: [203.0.113.0/24]
      nodePools: {default: {size: s-2vcpu-4gb, count: 2}}
    certificates: {email: platform@webgrip.nl, issuer: staging}
    ingress: {loadBalancer: {name: test}}
    applications:
      shop:
        workloads:
          web: {labels: {app: shop-web}, ports: {http: {port: 8080}}}
          db: {labels: {app: shop-db}, ports: {sql: {port: 5432}}}
        routes:
          shop: {host: shop.test.example.com, workload: web, port: http}
        talksTo:
          web:
            - {workload: db, port: sql, reason: Orders are stored there.}
            - {range: 198.51.100.0/24, port: 443, reason: Payments.}
    dnsToken: secret
    """
)
NAMESPACES = ("cert-manager", "traefik", "shop")

Build = Callable[..., dict[str, NamespacePolicies]]


def _config(**changes: Any) -> StackConfig:
    stack = {**STACK}
    for path, value in changes.items():
        layer, _, key = path.partition("__")
        stack[layer] = {**stack.get(layer, {}), key: value}
    return StackConfig.model_validate(stack)


@pytest.fixture
def build() -> Build:
    def _build(**changes: Any) -> dict[str, NamespacePolicies]:
        config = _config(**changes)
        flows = plan(config).flows
        return {p.namespace: p for p in build_policies(config, flows, NAMESPACES)}

    return _build


def _policies(
    *flows: Flow, cni: str = "cilium", namespaces: tuple[str, ...] = ("a", "b")
) -> dict[str, NamespacePolicies]:
    config = _config(cluster__cni=cni)
    return {p.namespace: p for p in build_policies(config, flows, namespaces)}


def _named(manifests: tuple[Manifest, ...], name: str) -> Manifest:
    return next(m for m in manifests if m["metadata"]["name"] == name)


def _default_deny(policies: NamespacePolicies) -> Manifest:
    assert policies.default_deny is not None
    return policies.default_deny


def _rules(policies: NamespacePolicies, direction: str) -> Iterator[dict[str, Any]]:
    for policy in policies.manifests:
        yield from policy["spec"].get(direction, [])


CLIENT = Pods("a", "client", {"app": "client"})
SERVER = Pods("b", "server", {"app": "server"})
CALL = Flow("client-to-server", CLIENT, SERVER, (Port(8080),), "Orders.")


@pytest.mark.parametrize("cni", ["cilium", "generic"])
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_namespace_denies_both_directions_by_default(build: Build, cni: str, namespace: str) -> None:
    spec = _default_deny(build(cluster__cni=cni)[namespace])["spec"]
    assert spec["podSelector"] == {}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec


def test_a_namespace_without_any_flow_is_denied_everything() -> None:
    policies = _policies(CALL, namespaces=("c",))["c"]
    assert policies.workloads == ()
    assert policies.additions == ()
    assert _default_deny(policies)["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }


@pytest.mark.parametrize("cni", ["cilium", "generic"])
def test_every_policy_allows_cluster_dns_itself(build: Build, cni: str) -> None:
    dns = {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ],
        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
    }
    for policies in build(cluster__cni=cni).values():
        for policy in (*policies.workloads, _default_deny(policies)):
            assert dns in policy["spec"]["egress"], policy["metadata"]


def test_a_flow_between_namespaces_opens_both_ends_and_nothing_else() -> None:
    policies = _policies(CALL)
    client = _named(policies["a"].workloads, "client")["spec"]
    server = _named(policies["b"].workloads, "server")["spec"]
    assert client["podSelector"] == {"matchLabels": {"app": "client"}}
    assert client["egress"] == [
        {
            "to": [
                {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "b"}},
                    "podSelector": {"matchLabels": {"app": "server"}},
                }
            ],
            "ports": [{"port": 8080, "protocol": "TCP"}],
        }
    ]
    assert "ingress" not in client
    assert "egress" not in server
    assert server["ingress"][0]["ports"] == [{"port": 8080, "protocol": "TCP"}]
    assert server["ingress"][0]["from"][0]["podSelector"] == {"matchLabels": {"app": "client"}}


def test_a_namespace_that_the_platform_does_not_own_gets_no_policy() -> None:
    assert set(_policies(CALL, namespaces=("a",))) == {"a"}


def test_traefik_reaches_backends_at_the_port_behind_the_service(build: Build) -> None:
    traefik = _named(build()["traefik"].workloads, "traefik")["spec"]
    to_shop = [rule for rule in traefik["egress"] if "shop-web" in str(rule["to"])]
    assert [rule["ports"] for rule in to_shop] == [[{"port": 8080, "protocol": "TCP"}]]


def test_a_workload_that_nothing_talks_to_accepts_nothing(build: Build) -> None:
    policies = build(cluster__cni="generic")["cert-manager"]
    assert "ingress" not in _named(policies.workloads, "cainjector")["spec"]


def test_pods_that_may_no_more_than_their_neighbours_have_no_policy_of_their_own(build: Build) -> None:
    # Under Cilium it is an addition that lets the cainjector reach the API server.
    policies = build()["cert-manager"]
    assert "cainjector" not in {each["metadata"]["name"] for each in policies.workloads}
    assert "cainjector" in {each["metadata"]["name"] for each in policies.additions}


def test_policies_do_not_depend_on_the_order_of_flows() -> None:
    config = _config()
    flows = plan(config).flows
    assert build_policies(config, flows, NAMESPACES) == build_policies(config, flows[::-1], NAMESPACES[::-1])


def test_every_rule_has_a_peer_and_ports(build: Build) -> None:
    for cni in ("cilium", "generic"):
        for policies in build(cluster__cni=cni).values():
            for rule in _rules(policies, "ingress"):
                peers = {k: v for k, v in rule.items() if k.startswith("from")}
                assert peers
                assert all(peers.values())
                assert rule.get("ports") or rule.get("toPorts")
            for rule in _rules(policies, "egress"):
                peers = {k: v for k, v in rule.items() if k.startswith("to") and k != "toPorts"}
                assert peers
                assert all(peers.values())
                assert rule.get("ports") or rule.get("toPorts")


def test_a_flow_without_ports_is_refused() -> None:
    with pytest.raises(ValueError, match="would allow all"):
        Flow("all", CLIENT, SERVER, (), "No.")


def test_each_policy_says_which_flows_it_carries_and_why() -> None:
    annotations = _named(_policies(CALL)["b"].workloads, "server")["metadata"]["annotations"]
    assert annotations == {FLOWS_ANNOTATION: "client-to-server: Orders."}


def test_a_policy_carries_the_flows_of_wider_selectors() -> None:
    wide = Flow(
        "all-to-x",
        Pods("a", "default-deny", {}),
        Range(IPv4Network("192.0.2.0/24")),
        (Port(1),),
        "x",
    )
    client = _named(_policies(CALL, wide)["a"].workloads, "client")["spec"]
    assert {
        "to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}],
        "ports": [{"port": 1, "protocol": "TCP"}],
    } in (client["egress"])


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        ("kube-apiserver", ["kube-apiserver"]),
        ("nodes", ["host", "remote-node"]),
        ("world", ["world"]),
    ],
)
def test_under_cilium_entities_are_identities_beside_the_plain_policy(
    entity: Any, expected: list[str]
) -> None:
    policies = _policies(
        Flow("out", CLIENT, Entity(entity), (Port(443),), "x"),
        Flow("in", Entity(entity), CLIENT, (Port(443),), "x"),
    )["a"]
    addition = _named(policies.additions, "client")
    assert addition["kind"] == "CiliumNetworkPolicy"
    assert addition["spec"]["egress"] == [
        {
            "toEntities": expected,
            "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}],
        }
    ]
    assert addition["spec"]["ingress"][0]["fromEntities"] == expected
    assert "ipBlock" not in str(policies.workloads)


def test_additions_isolate_nothing_so_that_they_can_come_first(build: Build) -> None:
    for policies in build().values():
        for addition in policies.additions:
            assert addition["spec"]["enableDefaultDeny"] == {
                "ingress": False,
                "egress": False,
            }


def test_a_host_name_comes_with_the_dns_rule_that_makes_it_work() -> None:
    policies = _policies(Flow("out", CLIENT, Host("api.example.com"), (Port(443),), "x"))["a"]
    dns, host = _named(policies.additions, "client")["spec"]["egress"]
    assert dns["toPorts"][0]["rules"] == {"dns": [{"matchPattern": "*"}]}
    assert host["toFQDNs"] == [{"matchName": "api.example.com"}]


def test_the_answers_of_another_resolver_make_a_host_name_work_as_well() -> None:
    resolver = Range(IPv4Network("10.0.255.254/32"))
    policies = _policies(
        Flow("out", CLIENT, Host("api.example.com"), (Port(443),), "x"),
        Flow("names", CLIENT, resolver, DNS, "x"),
    )["a"]
    _, other, host = _named(policies.additions, "client")["spec"]["egress"]
    assert other["toCIDRSet"] == [{"cidr": "10.0.255.254/32"}]
    assert other["toPorts"][0]["rules"] == {"dns": [{"matchPattern": "*"}]}
    assert host["toFQDNs"] == [{"matchName": "api.example.com"}]


def test_a_wildcard_host_matches_one_or_more_labels() -> None:
    policies = _policies(Flow("out", CLIENT, Host("*.example.com"), (Port(443),), "x"))["a"]
    host = _named(policies.additions, "client")["spec"]["egress"][1]
    assert host["toFQDNs"] == [{"matchPattern": "**.example.com"}]


def test_no_policy_has_an_http_rule(build: Build) -> None:
    for policies in build().values():
        for rule in (*_rules(policies, "ingress"), *_rules(policies, "egress")):
            for ports in rule.get("toPorts", []):
                assert set(ports.get("rules", {})) <= {"dns"}


def test_generic_policies_name_no_cilium_kind(build: Build) -> None:
    for policies in build(cluster__cni="generic").values():
        assert policies.additions == ()


def test_generic_policies_refuse_host_names() -> None:
    with pytest.raises(ValueError, match=r"cannot name api\.example\.com"):
        _policies(
            Flow("out", CLIENT, Host("api.example.com"), (Port(443),), "x"),
            cni="generic",
        )


def test_a_generic_policy_says_where_it_allows_more_than_its_flow() -> None:
    flow = Flow("out", CLIENT, Entity("kube-apiserver"), (Port(6443),), "x")
    policy = _named(_policies(flow, cni="generic")["a"].workloads, "client")
    assert policy["spec"]["egress"] == [
        {
            "to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.244.0.0/16"]}}],
            "ports": [{"port": 6443, "protocol": "TCP"}],
        }
    ]
    assert "kube-apiserver" in policy["metadata"]["annotations"][APPROXIMATION_ANNOTATION]


def test_the_webhook_accepts_the_api_server_and_its_proxies_on_nodes_only(
    build: Build,
) -> None:
    addition = _named(build()["cert-manager"].additions, "webhook")["spec"]
    assert [rule["fromEntities"] for rule in addition["ingress"]] == [
        ["kube-apiserver", "host", "remote-node"],
    ]
    assert {str(rule["toPorts"]) for rule in addition["ingress"]} == {
        "[{'ports': [{'port': '10250', 'protocol': 'TCP'}]}]"
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("REGIONAL", "{'cidr': '10.0.0.0/16'}"), ("REGIONAL_NETWORK", "['world']")],
)
def test_traefik_accepts_the_load_balancers_side_only(build: Build, kind: str, expected: str) -> None:
    load_balancer = {"name": "test", "type": kind, "proxyProtocol": kind == "REGIONAL"}
    policies = build(ingress__loadBalancer=load_balancer)["traefik"]
    entries = list(_rules(policies, "ingress"))
    assert [expected in str(rule) for rule in entries] == [True]


def test_traefik_accepts_nodes_where_the_traffic_policy_adds_a_hop(
    build: Build,
) -> None:
    local = build()["traefik"]
    cluster = build(ingress__externalTrafficPolicy="Cluster")["traefik"]
    assert "remote-node" not in str(local.additions)
    assert "remote-node" in str(cluster.additions)


@pytest.mark.parametrize(("solver", "allowed"), [(None, False), ({"waitInsteadOfSelfCheck": "10s"}, True)])
def test_solver_pods_are_reachable_only_where_http01_is_configured(
    build: Build, solver: Any, allowed: bool
) -> None:
    assert ("8089" in str(build(certificates__http01=solver)["traefik"])) is allowed


@pytest.mark.parametrize(
    ("dns01", "expected"),
    [
        ({"provider": "digitalocean"}, "api.digitalocean.com"),
        ({"provider": "cloudflare"}, "api.cloudflare.com"),
        (
            {"provider": "rfc2136", "nameserver": "192.0.2.53:53", "tsigKeyName": "k"},
            "192.0.2.53/32",
        ),
    ],
)
def test_the_controller_reaches_the_api_of_the_chosen_dns_provider(
    build: Build, dns01: Any, expected: str
) -> None:
    assert expected in str(build(certificates__dns01=dns01)["cert-manager"].manifests)


def test_without_self_check_the_controller_asks_no_name_server_outside(
    build: Build,
) -> None:
    waiting = build(certificates__dns01={"waitInsteadOfSelfCheck": "60s"})["cert-manager"]
    checking = build()["cert-manager"]
    assert "'world'" in str(checking.additions)
    assert "'world'" not in str(waiting.additions)


def test_flow_names_are_unique() -> None:
    config = _config()
    names = [flow.name for flow in plan(config).flows]
    assert len(names) == len(set(names))


def test_peers_of_equal_ports_share_a_rule_and_no_pair_is_added() -> None:
    other = Pods("b", "other", {"app": "other"})
    policies = _policies(
        CALL,
        Flow("client-to-server-metrics", CLIENT, SERVER, (Port(9090),), "Watches."),
        Flow("client-to-other", CLIENT, other, (Port(9090), Port(8080)), "Both."),
        Flow("client-to-range", CLIENT, Range(IPv4Network("192.0.2.0/24")), (Port(8080),), "One."),
    )["a"]
    egress = _named(policies.workloads, "client")["spec"]["egress"]
    assert [
        ({_label(peer) for peer in rule["to"]}, {p["port"] for p in rule["ports"]}) for rule in egress
    ] == [
        ({"other", "server"}, {8080, 9090}),
        ({"192.0.2.0/24"}, {8080}),
    ]


def _label(peer: dict[str, Any]) -> str:
    return peer["ipBlock"]["cidr"] if "ipBlock" in peer else peer["podSelector"]["matchLabels"]["app"]


def test_generic_policies_name_the_api_servers_addresses_where_they_are_known(build: Build) -> None:
    cert_manager = build(cluster__cni="generic", cluster__apiServerRanges=["10.0.0.2/32", "10.0.0.3/32"])[
        "cert-manager"
    ]
    controller = _named(cert_manager.workloads, "controller")
    (rule,) = [
        rule for rule in controller["spec"]["egress"] if {"port": 6443, "protocol": "TCP"} in rule["ports"]
    ]
    assert rule["to"] == [{"ipBlock": {"cidr": "10.0.0.2/32"}}, {"ipBlock": {"cidr": "10.0.0.3/32"}}]
    assert "kube-apiserver" not in controller["metadata"]["annotations"].get(APPROXIMATION_ANNOTATION, "")


def _monitored(**pods: Any) -> dict[str, NamespacePolicies]:
    config = _config(policies__monitoring=pods)
    flows = plan(config).flows
    return {p.namespace: p for p in build_policies(config, flows, NAMESPACES)}


def test_the_monitoring_pods_scrape_traefik_and_cert_manager_and_reach_nothing_else(build: Build) -> None:
    watched = _monitored(namespace="monitoring", labels={"app": "prometheus"})
    for namespace, name, port in (
        ("traefik", "traefik", 9100),
        ("cert-manager", "controller", 9402),
        ("cert-manager", "webhook", 9402),
        ("cert-manager", "cainjector", 9402),
    ):
        ingress = _named(watched[namespace].workloads, name)["spec"]["ingress"]
        (scrape,) = [rule for rule in ingress if "prometheus" in str(rule["from"])]
        assert scrape["ports"] == [{"port": port, "protocol": "TCP"}]
        assert "monitoring" not in str(build()[namespace].manifests)


def test_monitoring_pods_of_an_application_have_the_policy_of_their_workload() -> None:
    shop = _monitored(namespace="shop", labels={"app": "shop-db"})["shop"]
    egress = _named(shop.workloads, "shop-db")["spec"]["egress"]
    assert {port["port"] for rule in egress for port in rule["ports"]} >= {9100, 9402}


def _shop(**more: Any) -> dict[str, NamespacePolicies]:
    shop = {**STACK["applications"]["shop"], **more}
    config = _config(applications__shop=shop)
    flows = plan(config).flows
    return {p.namespace: p for p in build_policies(config, flows, NAMESPACES)}


def test_a_workload_accepts_pods_and_ranges_that_it_names() -> None:
    prometheus = {"namespace": "monitoring", "labels": {"app": "prometheus"}}
    accepted = [
        {"pods": prometheus, "port": "http", "reason": "Scrapes."},
        {"range": "10.0.0.8/32", "port": "http", "reason": "A Droplet."},
    ]
    web = _named(_shop(acceptsFrom={"web": accepted})["shop"].workloads, "shop-web")["spec"]
    (rule,) = web["ingress"]
    assert [_selected(peer) for peer in rule["from"]] == [
        "10.0.0.8/32",
        ("monitoring", {"app": "prometheus"}),
        ("traefik", {"app.kubernetes.io/name": "traefik"}),
    ]


def _selected(peer: dict[str, Any]) -> Any:
    if "ipBlock" in peer:
        return peer["ipBlock"]["cidr"]
    namespace = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    return namespace, peer["podSelector"]["matchLabels"]


def test_solver_pods_lie_where_the_certificates_lie_that_need_them() -> None:
    http01 = {"dnsNames": ["www.example.org"], "solver": "http01"}
    config = _config(certificates__http01={}, certificates__named={"partner": http01})
    certificates = certificates_plan.build(config).certificates
    assert {each["metadata"]["namespace"] for each in certificates} == {SOLVER.namespace}


def test_policies_that_report_isolate_nothing_and_name_every_flow() -> None:
    shop = _shop(policies="report")["shop"]
    assert shop.default_deny is None
    assert shop.workloads == ()
    assert {policy["kind"] for policy in shop.manifests} == {"CiliumNetworkPolicy"}
    for policy in shop.manifests:
        assert policy["spec"]["enableDefaultDeny"] == {"ingress": False, "egress": False}
    carried = "\n".join(policy["metadata"]["annotations"][FLOWS_ANNOTATION] for policy in shop.manifests)
    for flow in ("traefik-to-shop-web", "shop-web-to-shop-db-sql-tcp", "shop-to-cluster-dns"):
        assert f"{flow}:" in carried
    web = _named(shop.additions, "shop-web")["spec"]
    assert {"cidr": "198.51.100.0/24"} in [peer for r in web["egress"] for peer in r.get("toCIDRSet", [])]


def test_policies_that_report_select_every_pod_so_that_each_has_verdicts() -> None:
    everyone = _named(_shop(policies="report")["shop"].additions, "report")["spec"]
    assert everyone["endpointSelector"] == {}


def test_reporting_in_one_namespace_changes_nothing_in_the_others() -> None:
    enforced, reported = _shop(), _shop(policies="report")
    assert {n: p for n, p in enforced.items() if n != "shop"} == {
        n: p for n, p in reported.items() if n != "shop"
    }
