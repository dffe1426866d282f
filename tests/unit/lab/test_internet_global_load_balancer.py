"""GLOBAL load balancers in HAProxy's configuration, as text."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from lab.internet.global_load_balancer import GlobalLoadBalancer, Target, needed, render
from lab.internet.load_balancer import HealthCheck

AMS = Target("network-ams", "ams3", IPv4Address("203.0.113.100"))
FRA = Target("network-fra", "fra1", IPv4Address("203.0.113.101"))
BALANCER = GlobalLoadBalancer(
    id="9b",
    name="shop",
    addresses=(IPv4Address("203.0.113.110"), IPv6Address("2001:db8::110")),
    hosts=("www.example.org",),
    targets=(FRA, AMS),
    target_protocol="https",
    target_port=443,
    health_check=HealthCheck("http", 80, "/", 10, 5, 3, 2),
    priorities=(("fra1", 2), ("ams3", 1)),
    failover_threshold=50,
    redirects=True,
)


def section(balancer: GlobalLoadBalancer, head: str) -> list[str]:
    text = "\n".join(render(balancer, Path("/shop.pem")))
    return [line.strip() for line in text.split(f"\n{head}\n", 1)[1].split("\n\n")[0].splitlines()]


def test_it_listens_on_every_address_with_the_hosts_certificate() -> None:
    lines = section(BALANCER, "frontend shop:443:9b")
    assert "bind 203.0.113.110:443 ssl crt /shop.pem alpn h2,http/1.1" in lines
    assert "bind 2001:db8::110:443 ssl crt /shop.pem alpn h2,http/1.1" in lines


def test_regions_are_asked_in_the_order_of_their_priorities() -> None:
    assert section(BALANCER, "frontend shop:443:9b")[-3:] == [
        "use_backend shop:443:9b:ams3 if { nbsrv(shop:443:9b:ams3) ge 1 }",
        "use_backend shop:443:9b:fra1 if { nbsrv(shop:443:9b:fra1) ge 1 }",
        "default_backend shop:443:9b:ams3",
    ]


def test_without_priorities_all_take_turns() -> None:
    lines = section(replace(BALANCER, priorities=()), "backend shop:443:9b:everywhere")
    assert [line.split()[1] for line in lines if line.startswith("server")] == ["network-ams", "network-fra"]


def test_targets_are_asked_by_tls_without_a_name_and_checked_on_their_own_port() -> None:
    lines = section(BALANCER, "backend shop:443:9b:fra1")
    assert "server network-fra 203.0.113.101:443 ssl verify none" in lines
    assert "option httpchk GET /" in lines
    assert "default-server check port 80 inter 10s fall 3 rise 2" in lines


@pytest.mark.parametrize(
    ("targets", "threshold", "fewest"),
    [(1, 50, 1), (1, 1, 1), (1, 99, 1), (2, 50, 2), (2, 51, 1), (4, 50, 3), (10, 20, 9), (3, 0, 1)],
)
def test_a_region_is_left_once_as_many_percent_have_failed(targets: int, threshold: int, fewest: int) -> None:
    assert needed(targets, threshold) == fewest
    failed = targets - fewest
    assert threshold == 0 or 100 * failed < threshold * targets <= 100 * (failed + 1) or fewest == 1


def test_port_80_leads_to_443() -> None:
    lines = section(BALANCER, "frontend shop:80:9b")
    assert lines[-1] == "http-request redirect scheme https code 301"
