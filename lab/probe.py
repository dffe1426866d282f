"""One HTTPS request as a client on the internet makes it."""

import http.client
import ssl
from pathlib import Path

from cryptography import x509

TIMEOUT_SECONDS = 10


def probe(host: str, trusted: Path) -> tuple[bool, str]:
    """Ask `https://<host>/`; whether Traefik answered with a certificate that `trusted` (PEM) covers.

    Any HTTP status is an answer: whether an application stands behind the route is its team's matter.
    """
    context = ssl.create_default_context(cafile=str(trusted))
    connection = http.client.HTTPSConnection(host, timeout=TIMEOUT_SECONDS, context=context)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        certificate = x509.load_der_x509_certificate(_served(connection))
    except (OSError, http.client.HTTPException) as error:
        return False, str(error)
    finally:
        connection.close()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return True, (
        f"{response.status} {response.reason}, certificate for "
        f"{', '.join(names.get_values_for_type(x509.DNSName))} by {_common_name(certificate.issuer)}"
    )


def _served(connection: http.client.HTTPSConnection) -> bytes:
    assert isinstance(connection.sock, ssl.SSLSocket)
    served = connection.sock.getpeercert(binary_form=True)
    assert served is not None
    return served


def _common_name(name: x509.Name) -> str:
    return "".join(str(each.value) for each in name.get_attributes_for_oid(x509.NameOID.COMMON_NAME))
