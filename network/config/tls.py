"""TLS options: only what keeps past traffic secret and notices changes to it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, WithJsonSchema
from typing_extensions import override

from network.config.model import Finding, Model, refusal, repeated
from network.config.nearest import did_you_mean

CIPHER_SUITES = (
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
)
"""The forward-secret AEAD suites of TLS 1.2 that Go's crypto/tls has."""

CURVES = ("X25519MLKEM768", "X25519", "CurveP256", "CurveP384", "CurveP521")
"""Key exchanges by the names that Traefik gives them."""


def _suite(name: str) -> str:
    if name not in CIPHER_SUITES:
        raise refusal(
            "only forward-secret AEAD suites of TLS 1.2 that Go knows are accepted",
            did_you_mean(name, CIPHER_SUITES),
        )
    return name


def _curve(name: str) -> str:
    if name not in CURVES:
        raise refusal("Traefik knows no such curve", did_you_mean(name, CURVES))
    return name


CipherSuite = Annotated[
    str,
    AfterValidator(_suite),
    WithJsonSchema({"type": "string", "enum": list(CIPHER_SUITES)}),
]
Curve = Annotated[
    str,
    AfterValidator(_curve),
    WithJsonSchema({"type": "string", "enum": list(CURVES)}),
]


class Tls(Model):
    """TLS options of the default TLSOption."""

    min_version: Literal["VersionTLS12", "VersionTLS13"] = "VersionTLS12"
    """Oldest version of TLS that clients may speak."""
    cipher_suites: tuple[CipherSuite, ...] = CIPHER_SUITES
    """Suites of TLS 1.2 (those of 1.3 are fixed); only forward-secret AEAD suites are accepted."""
    curve_preferences: tuple[Curve, ...] = ("X25519", "CurveP256", "CurveP384")
    """Key exchanges that Traefik agrees to, the best first."""
    sni_strict: bool = True
    """Refuse connections whose server name no certificate covers."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("cipherSuites", self.cipher_suites)
        yield from repeated("curvePreferences", self.curve_preferences)
        if not self.curve_preferences:
            yield Finding(
                ("curvePreferences",),
                "an empty list lets Go choose",
                "name a curve, or remove it",
            )
        if self.min_version == "VersionTLS12" and not self.cipher_suites:
            yield Finding(
                ("cipherSuites",),
                "an empty list lets Go choose, also suites without forward secrecy",
                "name suites, or set `minVersion: VersionTLS13`",
            )
