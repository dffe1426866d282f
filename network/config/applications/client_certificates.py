"""Authorities of clients' certificates: mutual TLS (TRF-1)."""

import ssl
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator
from typing_extensions import override

from network.config.model import Finding, Model, refusal
from network.config.names import Name


def _authorities(pem: str) -> str:
    if "PRIVATE KEY" in pem:
        raise refusal(
            "Traefik needs the authority's certificate only; who has its key can be any client",
            "remove the key, and replace it: it stood in a file",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise refusal(
            "the text is no certificate in PEM form", "paste it from -----BEGIN CERTIFICATE----- on"
        ) from None
    if not context.get_ca_certs():
        raise refusal(
            "the certificate is no authority's (basicConstraints CA:TRUE)",
            "give the certificate of the authority that signs the clients'",
        )
    return pem


Authorities = Annotated[str, AfterValidator(_authorities)]
"""Certificates of authorities, in PEM form."""


class ClientCA(Model):
    """Authorities whose certificates clients must show: exactly one of the two."""

    secret: Name | None = None
    """Secret in the application's namespace that somebody else makes; they are its `ca.crt` or `tls.ca`."""
    pem: Authorities | None = None
    """The certificates themselves; they are no secret."""

    @override
    def findings(self) -> Iterator[Finding]:
        if (self.secret is None) == (self.pem is None):
            yield Finding((), "the authorities stand in exactly one place", "give either secret or pem")
