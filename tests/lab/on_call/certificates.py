"""Certificates that cannot be had, that end, and that are gone."""

import base64
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from lab.toolbox.certificates import CertificateAuthority, Usage, hosts
from tests.lab.on_call.by_hand import made
from tests.lab.running_lab import RunningLab
from tests.lab.traffic_lab import ZONE

NAMESPACE = "shop"
AUTHORITY = {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt-production"}
"""Of whom the platform's own certificate is."""
REFUSED = 6
"""Twice as many as authorities refuse on ordinary days."""

_LEFT, _MARGIN = timedelta(minutes=15), timedelta(hours=1)
"""Of a certificate's life, and what of it was kept for its renewal."""


@contextmanager
def refused(lab: RunningLab) -> Generator[None]:
    """Somebody asks for names that no authority gives: they hold an underscore."""
    asked = [_certificate(f"refused-{number}") for number in range(1, REFUSED + 1)]
    with made(lab, *asked):
        yield


@contextmanager
def near_its_end(lab: RunningLab) -> Generator[None]:
    """A certificate that was issued while it could be; to renew it is refused now."""
    name = "near-its-end"
    wanted = _certificate(name, duration="2h", renewBefore=f"{_MARGIN // timedelta(hours=1)}h")
    (host,) = wanted["spec"]["dnsNames"]
    issued = CertificateAuthority.make("Former").issue(host, Usage.SERVER, hosts(host), lifetime=_LEFT)
    issuer = wanted["spec"]["issuerRef"]
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "annotations": {
                "cert-manager.io/certificate-name": name,
                "cert-manager.io/issuer-name": issuer["name"],
                "cert-manager.io/issuer-kind": issuer["kind"],
                "cert-manager.io/issuer-group": "cert-manager.io",
            },
        },
        "data": {
            "tls.crt": base64.b64encode(issued.pem).decode(),
            "tls.key": base64.b64encode(issued.key_pem()).decode(),
        },
    }
    with made(lab, secret, wanted):
        yield


@contextmanager
def keyless_issuer(lab: RunningLab) -> Generator[None]:
    """An issuer without the key that it signs with."""
    issuer = {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Issuer",
        "metadata": {"name": "keyless", "namespace": NAMESPACE},
        "spec": {"ca": {"secretName": "no-such-key"}},
    }
    with made(lab, issuer):
        yield


def _certificate(name: str, **spec: Any) -> dict[str, Any]:
    """Asked of the authority that the platform's own certificate comes from."""
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "secretName": name,
            "dnsNames": [f"{name.replace('-', '_')}.{ZONE}"],
            "privateKey": {"algorithm": "ECDSA", "size": 256},
            "issuerRef": AUTHORITY,
            **spec,
        },
    }
