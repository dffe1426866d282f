"""HAProxy's configuration, as text."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from lab.internet.load_balancer import HealthCheck, LoadBalancer, Node, Rule, TlsFront, render

BALANCER = LoadBalancer(
    id="6f1c",
    name="network-dev",
    address=IPv4Address("203.0.113.100"),
    rules=(Rule("tcp", 443, 30443), Rule("tcp", 80, 30080)),
    nodes=(Node("pool-b", IPv4Address("10.0.0.4")), Node("pool-a", IPv4Address("10.0.0.3"))),
    health_check=HealthCheck("http", 32000, "/healthz", 5, 3, 3, 2),
)


def section(text: str, head: str) -> list[str]:
    """The lines of one section of the configuration."""
    found = text.split(f"\n{head}\n", 1)[1].split("\n\n")[0]
    return [line.strip() for line in found.splitlines()]


def backend(balancer: LoadBalancer, port: int = 443) -> list[str]:
    return section(render([balancer], []), f"backend network-dev:{port}:6f1c")


def frontend(balancer: LoadBalancer, port: int = 443) -> list[str]:
    return section(render([balancer], []), f"frontend network-dev:{port}:6f1c")


def test_each_rule_binds_its_port_of_the_public_address() -> None:
    assert "bind 203.0.113.100:443" in frontend(BALANCER)
    assert "bind 203.0.113.100:80" in frontend(BALANCER, 80)


def test_a_rule_leads_to_its_node_port_of_every_node() -> None:
    assert backend(BALANCER, 80)[-2:] == ["server pool-a 10.0.0.3:30080", "server pool-b 10.0.0.4:30080"]


def test_without_proxy_protocol_no_header_is_sent() -> None:
    assert not any("send-proxy" in line for line in backend(BALANCER))


def test_with_proxy_protocol_each_connection_starts_with_version_1() -> None:
    line = next(
        each for each in backend(replace(BALANCER, proxy_protocol=True)) if each.startswith("default-server")
    )
    assert line.endswith(" send-proxy")


def test_the_health_check_asks_its_own_port_and_path_with_its_times() -> None:
    lines = backend(BALANCER)
    assert "option httpchk GET /healthz" in lines
    assert "timeout check 3s" in lines
    assert "timeout connect 3s" in lines  # a node that is lost accepts no check's connection
    assert "default-server check port 32000 inter 5s fall 3 rise 2" in lines


def test_a_tcp_check_asks_for_no_path() -> None:
    lines = backend(replace(BALANCER, health_check=HealthCheck("tcp", 30443)))
    assert not any("httpchk" in line for line in lines)


def test_source_ranges_reject_everybody_else() -> None:
    ranges = (IPv4Network("198.51.100.0/24"), IPv4Network("192.0.2.1/32"))
    rule = "tcp-request connection reject unless { src 198.51.100.0/24 192.0.2.1/32 }"
    assert rule in frontend(replace(BALANCER, source_ranges=ranges))


def test_a_denied_range_is_rejected_before_any_other_is_let_in() -> None:
    open_but_for_one = replace(
        BALANCER,
        source_ranges=(IPv4Network("198.51.100.0/24"),),
        denied_ranges=(IPv4Network("198.51.100.7/32"),),
    )
    rules = [line for line in frontend(open_but_for_one) if "reject" in line]
    assert rules == [
        "tcp-request connection reject if { src 198.51.100.7/32 }",
        "tcp-request connection reject unless { src 198.51.100.0/24 }",
    ]


def test_connections_go_to_the_nodes_in_turn_and_are_logged() -> None:
    assert "balance roundrobin" in backend(BALANCER)
    assert "option tcplog" in frontend(BALANCER)


def test_without_source_ranges_nobody_is_rejected() -> None:
    assert not any("reject" in line for line in frontend(BALANCER))


def test_the_order_of_nodes_rules_and_balancers_changes_nothing() -> None:
    turned = replace(BALANCER, nodes=BALANCER.nodes[::-1], rules=BALANCER.rules[::-1])
    other = replace(BALANCER, id="0001", address=IPv4Address("203.0.113.101"))
    assert render([BALANCER, other], []) == render([other, turned], [])


def test_two_load_balancers_of_one_name_do_not_collide() -> None:
    text = render([BALANCER, replace(BALANCER, id="0001")], [])
    heads = [line for line in text.splitlines() if line.startswith(("frontend", "backend"))]
    assert len(heads) == len(set(heads)) == 8


def test_a_front_ends_tls_and_renames_paths() -> None:
    front = TlsFront(
        name="acme.example",
        address=IPv4Address("203.0.113.81"),
        certificate=Path("/c.pem"),
        port=14000,
        server_authority=Path("/root.pem"),
        rewrites=(("/directory", "/dir"),),
    )
    text = render([], [front])
    lines = section(text, "frontend acme.example")
    assert "bind 203.0.113.81:443 ssl crt /c.pem alpn h2,http/1.1" in lines
    assert "http-request set-path /dir if { path /directory }" in lines
    server = "server local 127.0.0.1:14000 ssl verify required ca-file /root.pem verifyhost localhost"
    assert server in section(text, "backend acme.example")


def test_a_front_that_keeps_no_connection_ends_each_with_its_answer() -> None:
    address = IPv4Address("203.0.113.90")
    front = TlsFront("receivers-443", address, Path("/c.pem"), 14002, keeps_connections=False)
    lines = section(render([], [front]), "frontend receivers-443")
    # A connection of HTTP/2 would go on.
    assert "bind 203.0.113.90:443 ssl crt /c.pem alpn http/1.1" in lines
    assert "option httpclose" in lines


def test_an_internal_one_answers_its_vpc_alone() -> None:
    lines = frontend(replace(BALANCER, within=IPv4Network("10.0.0.0/16")))
    assert "tcp-request connection reject unless { src 10.0.0.0/16 }" in lines


def test_packets_are_not_haproxy_s() -> None:
    assert "27015" not in render([replace(BALANCER, rules=(Rule("udp", 27015, 30015),))], [])
