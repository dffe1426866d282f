"""Certificates that somebody else than the stack's issuers has issued (CRT-6)."""

from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from network.config import x509
from network.config.model import Model, refusal
from network.config.x509 import X509


def _chain(pem: str) -> str:
    if "PRIVATE KEY" in pem:
        raise refusal(
            "the key is a secret of its own, and never stands in the stack file",
            "remove it here, have the certificate issued again for a new key, and set that with "
            "`pulumi config set --secret --path network:certificateKeys.<name>`",
        )
    try:
        titles, contents = zip(*x509.blocks(pem), strict=True)
        names = [x509.read(content).names for content in contents]
    except ValueError:
        raise refusal(
            "the text is no certificate in PEM form",
            "paste it from -----BEGIN CERTIFICATE----- on, then those that lead to its authority",
        ) from None
    if set(titles) != {"CERTIFICATE"} or not names[0]:
        raise refusal(
            "the first certificate is for no host (subjectAltName)",
            "begin with that of the hosts; those of authorities follow",
        )
    return pem


Chain = Annotated[str, AfterValidator(_chain)]
"""A certificate and those that lead to an authority that clients know, in PEM form."""


EXAMPLE = """\
-----BEGIN CERTIFICATE-----
MIIBYDCCAQWgAwIBAgIUcj4paJGYZwGxi15NIxRaSTaV3oAwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSU29tZWJvZHkgd2hvIHNlbGxzMCAXDTE5MDEwMTAwMDAwMFoY
DzIxMjYwMTAxMDAwMDAwWjAdMRswGQYDVQQDDBJ3d3cuYm91Z2h0LmV4YW1wbGUw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQFnE4eXtLsWLuqOCVEMXvQzHMWz+MJ
RDPq8utJrrhTi3JV/8k9yLlCnfG13VygdPcANZyMGzuNvP4vLhxXKDQroyEwHzAd
BgNVHREEFjAUghJ3d3cuYm91Z2h0LmV4YW1wbGUwCgYIKoZIzj0EAwIDSQAwRgIh
AJgPYy7sPUCC/251UPWGpsQJ1tXl0XXmWNvHIglQxpkAAiEA/sF4TLOO2WmGs+OS
pdZlTOuDdWbyaZ85xC9wNntLHVo=
-----END CERTIFICATE-----
"""
"""For www.bought.example, of an authority that nobody knows and a key that nobody has."""


class BoughtCertificate(Model):
    """A certificate from elsewhere, which Traefik serves for the names that it is for. Nobody renews it by
    himself: the next one takes its place in the stack file, with its key."""

    pem: Chain = Field(examples=[EXAMPLE])
    """The certificate and those that lead to its authority; they are no secret. Its key is the secret
    `network:certificateKeys` of the same name."""

    @cached_property
    def leaf(self) -> X509:
        """What the certificate says of itself."""
        return x509.read(x509.blocks(self.pem)[0][1])

    @property
    def dns_names(self) -> tuple[str, ...]:
        """Names that it is for."""
        return tuple(name.lower() for name in self.leaf.names)

    @property
    def ends(self) -> datetime:
        """When clients begin to refuse it."""
        return self.leaf.ends


def named_certificates(certificates: Any) -> list[str]:
    """Return the keys of `network:certificateKeys` that the layer needs. `certificates` is the layer as it
    stands in a stack file, whatever that is."""
    bought = certificates.get("bought") if isinstance(certificates, dict) else None
    return [str(name) for name in bought] if isinstance(bought, dict) else []
