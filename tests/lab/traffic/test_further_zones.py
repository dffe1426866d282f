"""Zones beside the first: their names lead here, and their certificates are proven in them (CRT-6)."""

import json
import sys

import pytest
from cryptography import x509

from lab.cloud.state import Kind
from lab.internet.addresses import NAME_SERVER
from tests.lab.patience import until
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

SHOPS, CLOUD = "shops.example", f"cloud.{ZONE}"
CERTIFICATES = {"wildcard-shops": SHOPS, "wildcard-cloud": CLOUD}

ASK = """
import dns.flags, dns.message, dns.query, json, sys
answer = dns.query.udp(dns.message.make_query(sys.argv[2], "A"), sys.argv[1], timeout=5)
told = [each.to_text() for found in answer.answer for each in found]
print(json.dumps([told, bool(answer.flags & dns.flags.AA)]))
"""
"""Asks DigitalOcean's name server: the addresses, and whether it speaks for the zone."""


def records(traffic: TrafficLab, zone: str) -> dict[tuple[str, str], int]:
    """Types and names of a zone's records in the account, with their TTL; without DigitalOcean's own."""
    held = traffic.platform.account[Kind.RECORD].values()
    own = (each for each in held if each["zone"] == zone and each["type"] not in ("NS", "SOA"))
    return {(each["type"], each["name"]): each["ttl"] for each in own}


@pytest.mark.parametrize(
    ("host", "workload"),
    [
        (SHOPS, "zones/shops"),
        (f"www.{SHOPS}", "zones/shops"),
        (f"any.{SHOPS}", "zones/shops"),
        (f"app.{CLOUD}", "zones/cloud"),
    ],
)
def test_hosts_of_each_zone_are_served_with_the_zone_s_certificate(
    traffic: TrafficLab, host: str, workload: str
) -> None:
    assert traffic.outside.get(f"https://{host}/").json()["workload"] == workload
    certificate = traffic.outside.handshake(host).certificate
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    zone = SHOPS if host.endswith(SHOPS) else CLOUD
    assert set(names.get_values_for_type(x509.DNSName)) == {zone, f"*.{zone}"}


def test_each_certificate_was_proven_by_dns_01_and_no_challenge_stays(traffic: TrafficLab) -> None:
    told = traffic.kubectl(
        "get", "events", "--namespace=traefik", "--field-selector=reason=Presented", "--output=json"
    )
    for certificate in CERTIFICATES:
        ways = [
            event["message"]
            for event in json.loads(told)["items"]
            if event["involvedObject"]["name"].startswith(f"{certificate}-")
        ]
        assert ways
        assert all("DNS-01" in way for way in ways)
    for zone in (ZONE, *CERTIFICATES.values()):
        until(lambda zone=zone: not any(kind == "TXT" for kind, _ in records(traffic, zone)))


def test_each_zone_holds_its_own_records_and_answers_for_its_own_names(traffic: TrafficLab) -> None:
    (shops, cloud) = (records(traffic, zone) for zone in CERTIFICATES.values())
    assert {name for kind, name in shops if kind == "A"} == {"@", "*", "www"}
    assert {name for kind, name in cloud if kind == "A"} == {"@", "*"}
    assert set(cloud.values()) == {60}
    (address,) = {
        each["ip"] for each in traffic.platform.account[Kind.LOAD_BALANCER].values() if _is_public(each)
    }
    for host in (SHOPS, f"www.{SHOPS}", f"any.{SHOPS}", CLOUD, f"app.{CLOUD}"):
        answered = traffic.run(sys.executable, "-c", ASK, str(NAME_SERVER), host)
        assert json.loads(answered) == [[address], True]


def _is_public(balancer: dict[str, str]) -> bool:
    return balancer.get("network") != "INTERNAL"
