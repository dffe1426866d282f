"""Certificates that are wrong, late or absent for a while. cert-manager, which would mend them, hangs
meanwhile."""

import base64
import json
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from lab.toolbox.certificates import CertificateAuthority, Usage, hosts
from tests.lab.faults import hanging
from tests.lab.outside import trusts_nobody
from tests.lab.patience import until
from tests.lab.planting.objects import Plant, deleted, made, patched
from tests.lab.traffic_lab import ZONE, TrafficLab

ACME = f"acme.tenants.{ZONE}"
"""A host that gets the certificate `tenants`."""
ACME_VERSION = "acme.cert-manager.io/v1"
NAMED = f"www.partners.{ZONE}"
"""One that gets `partners`, of an authority that clients trust."""


@contextmanager
def cert_manager_hangs(traffic: TrafficLab) -> Generator[None]:
    """cert-manager's controller does nothing: what is wrong stays, also what is made right again."""
    (pod,) = traffic.pods("cert-manager/cert-manager").values()
    with hanging(pod, "controller"):
        yield


def meanwhile(plant: Plant) -> Plant:
    """A fault that cert-manager would mend."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        with cert_manager_hangs(traffic), plant(traffic):
            yield

    return planted


def another_certificate(secret: str, host: str, name: str, ends: timedelta) -> Plant:
    """A Secret holds a certificate of `name`, by nobody's authority, which ends after so long; every replica
    of Traefik has seen that, by which `host` is served."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        authority = CertificateAuthority.make("Nobody's", timedelta(days=2))
        issued = authority.issue(name, Usage.SERVER, hosts(name), lifetime=ends)
        held = {"tls.crt": issued.pem, "tls.key": issued.key_pem()}
        data = {key: base64.b64encode(value).decode() for key, value in held.items()}
        before = served(traffic, host)
        with patched("secret", secret, "traefik", {"data": data})(traffic):
            wanted = {issued.certificate.serial_number} if name == host else {None}
            until(lambda: served(traffic, host) == wanted, "every replica serves it")
            yield
        until(lambda: served(traffic, host) == before, "the one before is served again")

    return meanwhile(planted)


@contextmanager
def _a_secret_is_deleted(traffic: TrafficLab) -> Generator[None]:
    before = served(traffic, ACME)
    with deleted("secret", "tenants-tls", "traefik")(traffic):
        until(lambda: served(traffic, ACME) == {None}, "every replica refuses the name")
        yield
    until(lambda: served(traffic, ACME) == before, "it is served again")


a_secret_is_deleted = meanwhile(_a_secret_is_deleted)
"""The Secret of a certificate is gone: strict SNI leaves its hosts without one."""


def served(traffic: TrafficLab, host: str) -> set[int | None]:
    """Serials over as many connections as meet every replica; None where one refuses the name."""

    def serial() -> int | None:
        try:
            return traffic.outside.handshake(host, trusts_nobody()).certificate.serial_number
        except ssl.SSLError:
            return None

    return {serial() for _ in range(6)}


def told(kind: str, name: str, status: dict[str, Any], namespace: str = "traefik") -> Plant:
    """An object of cert-manager tells something else of itself."""
    return patched(kind, name, namespace, {"status": status}, part="status")


def not_ready(message: str) -> dict[str, Any]:
    """The status of what is not Ready, and says why."""
    at = "2026-01-01T00:00:00Z"
    return {
        "conditions": [
            {
                "type": "Ready",
                "status": "False",
                "reason": "Planted",
                "message": message,
                "lastTransitionTime": at,
            }
        ]
    }


def _newest_order(traffic: TrafficLab) -> dict[str, Any]:
    """The metadata of the newest order for `tenants`."""
    listed = json.loads(traffic.kubectl("get", "orders", "--namespace=traefik", "--output=json"))["items"]
    metadata = [each["metadata"] for each in listed if each["metadata"]["name"].startswith("tenants-")]
    return max(metadata, key=lambda each: each["creationTimestamp"])


@contextmanager
def _rate_limited(traffic: TrafficLab) -> Generator[None]:
    """The authority refuses the newest order for `tenants`, and there is no certificate."""
    reason = "429 urn:ietf:params:acme:error:rateLimited: too many certificates already issued"
    refused = {"state": "errored", "reason": f"Failed to create Order: {reason}"}
    with (
        told("order", _newest_order(traffic)["name"], refused)(traffic),
        told("certificate", "tenants", not_ready("Issuing certificate as Secret does not exist"))(traffic),
    ):
        yield


rate_limited = meanwhile(_rate_limited)


@contextmanager
def _a_challenge_is_stuck(traffic: TrafficLab) -> Generator[None]:
    """The account's token may not write the record that proves the newest order for `tenants`. Made by hand:
    the lab's authority believes for a while what has been proven once."""
    order = _newest_order(traffic)
    owner = {"apiVersion": ACME_VERSION, "kind": "Order", "name": order["name"], "uid": order["uid"]}
    name = f"{order['name']}-planted"
    challenge = {
        "apiVersion": ACME_VERSION,
        "kind": "Challenge",
        "metadata": {
            "name": name,
            "namespace": "traefik",
            "ownerReferences": [{**owner, "controller": True}],
        },
        "spec": {
            "type": "DNS-01",
            "dnsName": f"tenants.{ZONE}",
            "wildcard": True,
            "issuerRef": {"kind": "ClusterIssuer", "name": "letsencrypt-staging"},
            "solver": {"dns01": {"digitalocean": {"tokenSecretRef": {"name": "none", "key": "none"}}}},
            "authorizationURL": "https://acme-staging-v02.api.letsencrypt.org/authZ/planted",
            "url": "https://acme-staging-v02.api.letsencrypt.org/chalZ/planted",
            "key": "planted",
            "token": "planted",
        },
    }
    reason = (
        "POST https://api.digitalocean.com/v2/domains: 403 You are not authorized to perform this operation"
    )
    stuck = {"state": "pending", "processing": True, "presented": False, "reason": reason}
    with (
        made(challenge)(traffic),
        told("challenge", name, stuck)(traffic),
        told("order", order["name"], {"state": "pending"})(traffic),
        told("certificate", "tenants", not_ready("Issuing certificate as Secret does not exist"))(traffic),
    ):
        yield


a_challenge_is_stuck = meanwhile(_a_challenge_is_stuck)
