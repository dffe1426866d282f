"""A certificate authority: makes itself, and issues what it vouches for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=3650)
_CLOCK_SKEW = timedelta(hours=1)


class Usage(Enum):
    """What a certificate shows its bearer as."""

    SERVER = ExtendedKeyUsageOID.SERVER_AUTH
    CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True)
class Certified:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
        """The key."""
        return key_pem(self.key, form)


@dataclass(frozen=True)
class CertificateAuthority(Certified):
    """Vouches for others, and for no authority below itself."""

    @classmethod
    def make(cls, name: str, lifetime: timedelta = LIFETIME) -> "CertificateAuthority":
        """A new one."""
        key = new_key()
        subject = _subject(name, ())
        builder = _builder(subject, subject, key, lifetime, is_authority=True)
        return cls(builder.sign(key, SHA256()), key)

    @classmethod
    def read(cls, certificate: Path, key: Path) -> "CertificateAuthority":
        """The one whose certificate and key (PEM) lie there."""
        private = load_pem_private_key(key.read_bytes(), None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{key} is not the key of a lab's authority")
        return cls(x509.load_pem_x509_certificate(certificate.read_bytes()), private)

    def issue(
        self,
        name: str,
        usage: Usage,
        names: Sequence[x509.GeneralName] = (),
        organizations: Sequence[str] = (),
        lifetime: timedelta = LIFETIME,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> Certified:
        """A certificate for `name`; `names` are those by which a server is reached. It is for a new key,
        unless one is given."""
        key = key or new_key()
        subject = _subject(name, organizations)
        builder = _builder(subject, self.certificate.subject, key, lifetime, is_authority=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage.value]), critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return Certified(builder.sign(self.key, SHA256()), key)


def hosts(*names: str) -> list[x509.GeneralName]:
    """Host names as a certificate holds them."""
    return [x509.DNSName(name) for name in names]


def new_key() -> ec.EllipticCurvePrivateKey:
    """A private key."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    """A private key as a file holds it."""
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


def _subject(name: str, organizations: Sequence[str]) -> x509.Name:
    return x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, each) for each in organizations),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    lifetime: timedelta,
    *,
    is_authority: bool,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    constraints = x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + lifetime)
        .add_extension(constraints, critical=True)
        .add_extension(_key_usage(is_authority=is_authority), critical=True)
    )


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
