"""Requests from within the VPC, through a load balancer of their own, and requests by IPv6 (ING-9)."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

LEDGER, SIX = f"ledger.{ZONE}", f"six.{ZONE}"
BASTION, DROPLET, INTERNET = "10.0.255.200", "10.0.255.201", "203.0.113.9"
OFFICE_6, ELSEWHERE_6 = "2001:db8:1::7", "2001:db8:2::7"


@pytest.fixture(scope="module", autouse=True)
def droplets(traffic: TrafficLab) -> Iterator[None]:
    """Two addresses of the VPC that are no machine of the cluster: that of a bastion, by which clients of a
    VPN come, and another."""
    for address in (BASTION, DROPLET):
        traffic.run("ip", "address", "replace", f"{address}/32", "dev", "lo")
    yield
    for address in (BASTION, DROPLET):
        traffic.run("ip", "address", "delete", f"{address}/32", "dev", "lo")


def address_of(traffic: TrafficLab, host: str, family: socket.AddressFamily = socket.AF_INET) -> str:
    return traffic.outside.run(lambda: str(socket.getaddrinfo(host, 443, family)[0][4][0]))


def test_its_record_leads_to_an_address_of_the_vpc(traffic: TrafficLab) -> None:
    assert address_of(traffic, LEDGER).startswith("10.0.255.")


def test_who_is_in_the_vpc_is_answered_and_told_apart(traffic: TrafficLab) -> None:
    for client in (BASTION, DROPLET):
        answer = traffic.outside.get(f"https://{LEDGER}/", source=client)
        assert answer.json()["headers"]["X-Forwarded-For"] == [client]
    statuses = {
        client: traffic.outside.get(f"https://{LEDGER}/books", source=client).status_code
        for client in (BASTION, DROPLET)
    }
    assert statuses == {BASTION: 200, DROPLET: 403}


def test_plain_http_is_redirected_there_too(traffic: TrafficLab) -> None:
    answer = traffic.outside.get(f"http://{LEDGER}/books", source=DROPLET)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{LEDGER}/books")


def test_the_internet_does_not_reach_it(traffic: TrafficLab) -> None:
    with pytest.raises(httpx.TransportError):
        traffic.outside.get(f"https://{LEDGER}/", source=INTERNET)


def test_neither_load_balancer_serves_the_other_s_hosts(traffic: TrafficLab) -> None:
    """Whoever writes the name of an internal host to the public address finds no route, nor the other way."""
    public, internal = address_of(traffic, f"shop.{ZONE}"), address_of(traffic, LEDGER)

    def status(address: str, host: str, source: str) -> str:
        options = ("--output", "/dev/null", "--write-out", "%{http_code}", "--interface", source)
        return traffic.curl(*options, "--resolve", f"{host}:443:{address}", f"https://{host}/")

    assert status(public, LEDGER, INTERNET) == "404"
    assert status(internal, f"shop.{ZONE}", DROPLET) == "404"


def test_a_port_of_its_own_is_within_the_vpc_too(traffic: TrafficLab) -> None:
    internal = address_of(traffic, LEDGER)
    assert traffic.outside.raw((internal, 5433), b"select 1;", source=DROPLET) == b"select 1;"
    assert address_of(traffic, f"shop.{ZONE}") != internal


def test_a_client_with_ipv6_is_known_by_its_address(traffic: TrafficLab) -> None:
    assert address_of(traffic, SIX, socket.AF_INET6).startswith("2001:db8:")
    answer = traffic.outside.get(f"https://{SIX}/office", source=OFFICE_6)
    assert answer.json()["headers"]["X-Forwarded-For"] == [OFFICE_6]
    assert traffic.outside.get(f"https://{SIX}/office", source=ELSEWHERE_6).status_code == 403


def test_a_household_has_one_limit_whatever_its_addresses(traffic: TrafficLab) -> None:
    """Two replicas, each with a burst of two: of six requests from six addresses of one /64 four pass."""
    household = [f"2001:db8:3::{number}" for number in range(1, 7)]
    statuses = [
        traffic.outside.get(f"https://{SIX}/household", source=each).status_code for each in household
    ]
    assert sorted(statuses) == [200] * 4 + [429] * 2
    assert traffic.outside.get(f"https://{SIX}/household", source=ELSEWHERE_6).status_code == 200
