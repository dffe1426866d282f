"""One HTTPS request as a client on the internet makes it."""

import http.client
import json
import ssl
from pathlib import Path

from cryptography import x509

TIMEOUT_SECONDS = 10

_CERTIFICATE_WANTED = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
"""OpenSSL's name for the alert by which a server refuses a client without certificate (RFC 8446)."""


def probe(host: str, path: str, trusted: Path, method: str = "GET") -> tuple[bool, str]:
    """Ask `https://<host><path>`; whether somebody answered with a certificate that `trusted` (PEM) covers.

    A backend or middleware that refuses has answered, and so has a host that asks for a client's certificate.
    Traefik's own 404 says that it knows no such route;
    its 502 to 504 that nobody stands behind it.
    """
    context = ssl.create_default_context(cafile=str(trusted))
    connection = http.client.HTTPSConnection(host, timeout=TIMEOUT_SECONDS, context=context)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
        certificate = x509.load_der_x509_certificate(_served(connection))
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, ssl.SSLError) and error.reason == _CERTIFICATE_WANTED:
            return True, "asks for a client's certificate"
        return False, str(error)
    finally:
        connection.close()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return response.status != 404 and response.status < 500, (
        f"{response.status} {response.reason}{_by(body)}, certificate for "
        f"{', '.join(names.get_values_for_type(x509.DNSName))} by {_common_name(certificate.issuer)}"
    )


def _by(body: bytes) -> str:
    """The workload that answered, if it was one of the lab's demo backends."""
    try:
        echo = json.loads(body)
    except ValueError:
        return ""
    return f" from {echo['workload']}" if isinstance(echo, dict) and "workload" in echo else ""


def _served(connection: http.client.HTTPSConnection) -> bytes:
    assert isinstance(connection.sock, ssl.SSLSocket)
    served = connection.sock.getpeercert(binary_form=True)
    assert served is not None
    return served


def _common_name(name: x509.Name) -> str:
    return "".join(str(each.value) for each in name.get_attributes_for_oid(x509.NameOID.COMMON_NAME))
