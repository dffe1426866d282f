"""Hosts for tenants: by wildcard, expression and name, with the certificate that covers each (ING-7)."""

import httpx
import pytest
from cryptography import x509

from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

TENANTS = f"tenants.{ZONE}"


def served_by(traffic: TrafficLab, host: str, path: str = "/") -> str:
    answer = traffic.outside.get(f"https://{host}{path}")
    return answer.json()["workload"] if answer.status_code == 200 else str(answer.status_code)


@pytest.mark.parametrize(
    ("label", "workload"),
    [
        ("zebra", "tenants/all"),
        ("a", "tenants/all"),
        ("trial-12", "tenants/trials"),
        ("trial-1234", "tenants/all"),
        ("trial-x", "tenants/all"),
        ("acme", "tenants/acme"),
    ],
)
def test_a_tenant_is_served_by_the_most_precise_of_the_routes(
    traffic: TrafficLab, label: str, workload: str
) -> None:
    assert served_by(traffic, f"{label}.{TENANTS}") == workload


def test_a_long_rule_of_a_wildcard_takes_nothing_from_a_name(traffic: TrafficLab) -> None:
    assert served_by(traffic, f"acme.{TENANTS}", "/deep/way/down/here") == "tenants/acme"
    assert served_by(traffic, f"zebra.{TENANTS}", "/deep/way/down/here") == "tenants/all"


def test_a_tenant_s_name_is_in_the_certificate_of_the_wildcard(traffic: TrafficLab) -> None:
    certificate = traffic.outside.handshake(f"zebra.{TENANTS}").certificate
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [f"*.{TENANTS}"]


def test_names_that_no_certificate_covers_get_no_connection(traffic: TrafficLab) -> None:
    for host in (f"a.zebra.{TENANTS}", f"trial-1.x.{TENANTS}"):
        with pytest.raises(httpx.TransportError):
            traffic.outside.get(f"https://{host}/")
