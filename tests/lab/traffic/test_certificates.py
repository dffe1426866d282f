"""Certificates: two authorities side by side, both ways to prove a name, renewal while requests run."""

import base64
import json
import ssl
import time
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.lab.patience import until
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

WILDCARD, PARTNERS = "wildcard", "partners"
"""By DNS-01 from the staging issuer, by HTTP-01 from the production issuer."""
SHOP, API, NAMED = f"shop.{ZONE}", f"api.{ZONE}", f"www.partners.{ZONE}"


@pytest.fixture(autouse=True)
def issued(traffic: TrafficLab) -> None:
    """An `up` does not wait for HTTP-01: its names may lead to the load balancer only afterwards."""
    wait = ("--namespace=traefik", "--for=condition=Ready", "--timeout=120s")
    traffic.kubectl("wait", f"certificate/{WILDCARD}", f"certificate/{PARTNERS}", *wait)
    until(lambda: served(traffic, NAMED) == {serial(traffic, PARTNERS)})


def serial(traffic: TrafficLab, certificate: str) -> int:
    """Of the certificate that cert-manager keeps."""
    secret = traffic.kubectl("get", "secret", f"{certificate}-tls", "--namespace=traefik", "--output=json")
    return _certificate(json.loads(secret)).serial_number


def _certificate(secret: dict[str, dict[str, str]]) -> x509.Certificate:
    return x509.load_pem_x509_certificate(base64.b64decode(secret["data"]["tls.crt"]))


def served(traffic: TrafficLab, host: str) -> set[int]:
    """Serials over as many connections as meet every replica."""
    try:
        return {traffic.outside.handshake(host).certificate.serial_number for _ in range(6)}
    except ssl.SSLError:
        return set()  # no certificate yet


def vouching(traffic: TrafficLab, host: str) -> set[str]:
    """Roots, by name, that a client may trust to reach `host`."""
    roots = traffic.platform.folder / "internet" / "roots.pem"
    found: set[str] = set()
    for root in x509.load_pem_x509_certificates(roots.read_bytes()):
        context = ssl.create_default_context(cadata=root.public_bytes(Encoding.PEM).decode())
        try:
            traffic.outside.handshake(host, context)
        except ssl.SSLCertVerificationError:
            continue
        found.add(root.subject.rfc4514_string())
    return found


def presented(traffic: TrafficLab, certificate: str) -> set[str]:
    """How cert-manager proved a certificate's names, by what it told."""
    told = traffic.kubectl(
        "get", "events", "--namespace=traefik", "--field-selector=reason=Presented", "--output=json"
    )
    return {
        way
        for event in json.loads(told)["items"]
        if event["involvedObject"]["name"].startswith(f"{certificate}-")
        for way in ("DNS-01", "HTTP-01")
        if way in event["message"]
    }


def renew(traffic: TrafficLab, certificate: str) -> None:
    """As `cmctl renew` does."""
    issuing = {
        "type": "Issuing",
        "status": "True",
        "reason": "ManuallyTriggered",
        "message": "Certificate re-issuance manually triggered",
        "lastTransitionTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    named = (certificate, "--namespace=traefik")
    now = json.loads(traffic.kubectl("get", "certificate", *named, "--output=json"))["status"]["conditions"]
    conditions = [each for each in now if each["type"] != "Issuing"] + [issuing]
    patch = json.dumps({"status": {"conditions": conditions}})
    traffic.kubectl(
        "patch", "certificate", *named, "--subresource=status", "--type=merge", f"--patch={patch}"
    )


def test_two_authorities_vouch_for_two_certificates_side_by_side(traffic: TrafficLab) -> None:
    (staging,), (production,) = vouching(traffic, SHOP), vouching(traffic, NAMED)
    assert staging != production
    ready = {
        issuer["metadata"]["name"]: condition["status"]
        for issuer in json.loads(traffic.kubectl("get", "clusterissuers", "--output=json"))["items"]
        for condition in issuer["status"]["conditions"]
        if condition["type"] == "Ready"
    }
    assert ready == {"letsencrypt-staging": "True", "letsencrypt-production": "True"}


def test_one_certificate_of_apex_and_wildcard_is_proven_by_dns_01(traffic: TrafficLab) -> None:
    certificate = traffic.outside.handshake(SHOP).certificate
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {ZONE, f"*.{ZONE}"}
    assert traffic.outside.handshake(ZONE).certificate == certificate
    assert presented(traffic, WILDCARD) == {"DNS-01"}


def test_a_named_certificate_is_proven_by_http_01_behind_the_load_balancer(traffic: TrafficLab) -> None:
    certificate = traffic.outside.handshake(NAMED).certificate
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [NAMED]
    assert presented(traffic, PARTNERS) == {"HTTP-01"}
    assert traffic.outside.get(f"https://{NAMED}/").status_code == 200


def test_the_default_certificate_serves_two_namespaces_that_have_no_copy_of_it(traffic: TrafficLab) -> None:
    kept = serial(traffic, WILDCARD)
    for host, workload in ((SHOP, "shop"), (API, "api")):
        assert traffic.outside.handshake(host).certificate.serial_number == kept
        assert traffic.outside.get(f"https://{host}/").json()["workload"].partition("/")[0] == workload
    secrets = json.loads(
        traffic.kubectl("get", "secrets", "-A", "--field-selector=type=kubernetes.io/tls", "--output=json")
    )["items"]
    holders = [
        (each["metadata"]["namespace"], each["metadata"]["name"])
        for each in secrets
        if _certificate(each).serial_number == kept
    ]
    assert holders == [("traefik", f"{WILDCARD}-tls")]


def test_certificates_are_renewed_and_rotated_without_a_failed_request(traffic: TrafficLab) -> None:
    hosts = {WILDCARD: SHOP, PARTNERS: NAMED}
    before = {name: traffic.outside.handshake(host).certificate for name, host in hosts.items()}

    def rotated() -> bool:
        return all(
            served(traffic, host) == {serial(traffic, name)} != {before[name].serial_number}
            for name, host in hosts.items()
        )

    with (
        traffic.outside.stream(f"https://{SHOP}/", rate=10, keep_alive=False, source="203.0.113.21") as shop,
        traffic.outside.stream(
            f"https://{NAMED}/", rate=10, keep_alive=False, source="203.0.113.22"
        ) as named,
        traffic.outside.stream(f"https://{API}/", rate=10, source="203.0.113.23") as kept_open,
    ):
        for name in hosts:
            renew(traffic, name)
        until(rotated)
        time.sleep(1)  # requests that meet the new certificates only
    for requests in (shop, named, kept_open):
        assert len(requests.tries) > 20
        assert requests.failures == []
    for name, host in hosts.items():
        after = traffic.outside.handshake(host).certificate
        assert after.public_key() != before[name].public_key()
        assert after.not_valid_after_utc >= before[name].not_valid_after_utc
