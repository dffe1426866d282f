"""Connections and packets that pass Traefik as they are: entrypoints, routes, flows, watching (ING-8)."""

from typing import Any

import pytest

from network.config import StackConfig
from network.plan import Plan, build
from network.plan.model.flows import Port
from network.plan.model.rules import Alert
from network.plan.observability import probes
from tests import stacks
from tests.objects import manifests

ENTRY_POINTS = {
    "ssh": {"port": 22},
    "postgres": {"port": 5432},
    "alternative": {"port": 8443},
    "game": {"port": 27015, "protocol": "UDP", "udpTimeout": "30s"},
}
ROUTES = {
    "ssh": {"entryPoint": "ssh", "workload": "git", "port": "ssh"},
    "own": {"entryPoint": "alternative", "workload": "git", "port": "ssh", "proxyProtocol": {"version": 2}},
    "orders": {
        "entryPoint": "postgres",
        "hosts": ["orders.dev.k8s.webgrip.nl", "sales.dev.k8s.webgrip.nl"],
        "workload": "git",
        "port": "ssh",
        "ipAllowList": {"sourceRange": ["198.51.100.0/24"]},
        "inFlightConn": {"amount": 20},
    },
    "kept": {
        "entryPoint": "postgres",
        "hosts": ["kept.dev.k8s.webgrip.nl"],
        "passthrough": True,
        "workload": "git",
        "port": "ssh",
    },
}
GIT = {
    "workloads": {
        "git": {
            "labels": {"app": "git"},
            "ports": {"ssh": {"port": 2222}, "game": {"port": 7777, "protocol": "UDP"}},
        }
    },
    "tcpRoutes": ROUTES,
    "udpRoutes": {"game": {"entryPoint": "game", "workload": "git", "port": "game"}},
}


def config(**over: Any) -> StackConfig:
    layers = {"network:ingress": {"entryPoints": ENTRY_POINTS}, "network:applications": {"git": GIT}}
    return stacks.stack_config("dev", stacks.merged(layers, over))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return build(config())


def spec(plan: Plan, kind: str, name: str) -> Any:
    application = next(each for each in plan.applications if each.name == "git")
    (found,) = [
        each["spec"]
        for each in manifests(application)
        if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return found


def test_a_port_leads_to_one_that_traefik_may_listen_on(plan: Plan) -> None:
    ports = plan.ingress.release.values["ports"]
    assert {name: (ports[name]["exposedPort"], ports[name]["port"]) for name in ENTRY_POINTS} == {
        "ssh": (22, 10022),
        "postgres": (5432, 5432),
        "alternative": (8443, 18443),
        "game": (27015, 27015),
    }


def test_the_load_balancer_s_header_is_believed_on_each_port_of_tcp_and_none_of_udp(plan: Plan) -> None:
    ports = plan.ingress.release.values["ports"]
    assert ports["ssh"]["proxyProtocol"] == {"trustedIPs": ["10.0.0.0/16"], "insecure": False}
    assert ports["ssh"]["transport"]["lifeCycle"] == ports["websecure"]["transport"]["lifeCycle"]
    assert "proxyProtocol" not in ports["game"]
    assert "--entryPoints.game.udp.timeout=30s" in plan.ingress.release.values["additionalArguments"]


def test_without_hosts_every_connection_is_taken_and_nobody_looks_for_tls(plan: Plan) -> None:
    assert spec(plan, "IngressRouteTCP", "ssh") == {
        "entryPoints": ["ssh"],
        "routes": [{"match": "HostSNI(`*`)", "services": [{"name": "git", "port": "ssh"}]}],
    }


def test_hosts_are_told_apart_by_server_name_and_traefik_ends_tls(plan: Plan) -> None:
    orders = spec(plan, "IngressRouteTCP", "orders")
    match = "HostSNI(`orders.dev.k8s.webgrip.nl`) || HostSNI(`sales.dev.k8s.webgrip.nl`)"
    assert (orders["routes"][0]["match"], orders["tls"]) == (match, {})
    assert spec(plan, "IngressRouteTCP", "kept")["tls"] == {"passthrough": True}


def test_limits_stand_before_a_route(plan: Plan) -> None:
    (rule,) = spec(plan, "IngressRouteTCP", "orders")["routes"]
    assert [each["name"] for each in rule["middlewares"]] == ["orders-allowed", "orders-in-flight"]
    assert spec(plan, "MiddlewareTCP", "orders-allowed") == {
        "ipAllowList": {"sourceRange": ["198.51.100.0/24"]}
    }
    assert spec(plan, "MiddlewareTCP", "orders-in-flight") == {"inFlightConn": {"amount": 20}}


def test_a_workload_is_told_the_client_s_address_where_it_asks_for_it(plan: Plan) -> None:
    (rule,) = spec(plan, "IngressRouteTCP", "own")["routes"]
    assert rule["services"] == [{"name": "git", "port": "ssh", "serversTransport": "own"}]
    assert spec(plan, "ServersTransportTCP", "own") == {"proxyProtocol": {"version": 2}}


def test_what_routes_name_is_declared_before_them(plan: Plan) -> None:
    (application,) = [each for each in plan.applications if each.name == "git"]
    assert {each["kind"] for each in application.limits} == {"MiddlewareTCP", "ServersTransportTCP"}
    assert {each["kind"] for each in application.layer_four} == {"IngressRouteTCP", "IngressRouteUDP"}


def test_the_load_balancer_may_reach_these_ports_and_traefik_the_workload(plan: Plan) -> None:
    flows = {flow.name: flow for flow in plan.flows}
    assert flows["load-balancer-to-traefik"].ports == (
        *(Port(8000), Port(8443)),
        *(Port(10022), Port(5432), Port(18443), Port(27015, "UDP")),
    )
    assert flows["traefik-to-git-git"].ports == (Port(2222), Port(7777, "UDP"))
    assert "TCP 22 (ssh)" in flows["traefik-to-git-git"].reason


def test_traefik_reads_the_namespace_of_an_application_without_http(plan: Plan) -> None:
    assert "git" in plan.ingress.release.values["providers"]["kubernetesCRD"]["namespaces"]


def test_the_door_tells_tcp_from_udp(plan: Plan) -> None:
    (door,) = plan.ingress.doors
    assert door.ports["game"] == 27015
    assert {name: door.pods.port(name).protocol for name in door.ports} == {
        **dict.fromkeys(("web", "websecure", "ssh", "postgres", "alternative"), "TCP"),
        "game": "UDP",
    }


def test_names_are_probed_by_a_handshake_where_they_are_served() -> None:
    found = {
        each["metadata"]["name"]: (each["spec"]["module"], each["spec"]["targets"]["staticConfig"]["static"])
        for each in probes.manifests(config())
        if each["metadata"]["name"].startswith("git.")
    }
    assert found == {
        "git.orders.tcp": ("handshake", ["orders.dev.k8s.webgrip.nl:5432", "sales.dev.k8s.webgrip.nl:5432"]),
        "git.kept.tcp": ("passed-on", ["kept.dev.k8s.webgrip.nl:5432"]),
    }


def test_the_prober_reaches_the_ports_that_it_asks_and_no_others() -> None:
    watched = config(**{"network:observability": {"prometheus": {"install": {}}}})
    flows = {flow.name: flow for flow in build(watched).flows}
    asked = flows["blackbox-exporter-to-traefik"].ports
    assert asked == (Port(8000), Port(8443), Port(5432))


def test_connections_count_towards_the_load_balancer_s_units(plan: Plan) -> None:
    (group,) = plan.ingress.rules
    named = {rule.name: rule for rule in group.rules if isinstance(rule, Alert)}
    alert = named["LoadBalancerNearItsUnits"]
    assert 'traefik_open_connections{entrypoint=~"web|websecure|ssh|postgres|alternative"}' in alert.expr


def test_their_connections_have_a_panel() -> None:
    watched = config(**{"network:observability": {"prometheus": {"install": {}}}})
    (dashboard,) = build(watched).ingress.dashboards
    (row,) = [row for row in dashboard.rows if row.title == "TCP"]
    assert 'entrypoint=~"ssh|postgres|alternative"' in row.panels[0].queries[0].expr
