"""What a certificate says, beside what the library `cryptography` reads of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509 as library
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from network.config import x509

NAMES = ("www.bought.example", "*.bought.example")
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
KINDS: dict[str, Callable[[], Key]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


def certificate(key: Key, ends: datetime, *more: library.ExtensionType) -> str:
    """A certificate in PEM form."""
    name = library.Name([library.NameAttribute(library.NameOID.COMMON_NAME, "somebody")])
    builder = (
        library.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(library.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(ends)
        .add_extension(library.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    for extension in more:
        builder = builder.add_extension(extension, critical=False)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM).decode()


def key_in_pem(key: Key, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def content(pem: str) -> bytes:
    ((_, der),) = x509.blocks(pem)
    return der


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("year", [2049, 2050, 2126])
def test_it_says_its_names_and_its_end(kind: str, year: int) -> None:
    ends = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    listed = library.SubjectAlternativeName([library.DNSName(name) for name in NAMES])
    read = x509.read(content(certificate(KINDS[kind](), ends, listed)))
    assert (read.names, read.ends) == (NAMES, ends)


def test_it_may_name_no_host() -> None:
    key, ends = KINDS["P-256"](), datetime(2050, 1, 1, tzinfo=UTC)
    mail = library.SubjectAlternativeName([library.RFC822Name("ops@bought.example")])
    assert x509.read(content(certificate(key, ends))).names == ()
    assert x509.read(content(certificate(key, ends, mail))).names == ()


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_its_key_is_told_from_another(kind: str, form: PrivateFormat) -> None:
    key, other = KINDS[kind](), KINDS[kind]()
    read = x509.read(content(certificate(key, datetime(2050, 1, 1, tzinfo=UTC))))
    assert read.is_of(content(key_in_pem(key, form)))
    assert not read.is_of(content(key_in_pem(other, form)))


@pytest.mark.parametrize("text", [b"", b"\x30", b"\x30\x00", b"\x30\x05\x30\x03\x02\x01\x00", b"MIIB"])
def test_what_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        x509.read(text)


def test_a_cut_off_certificate_is_refused_wherever_it_is_cut() -> None:
    whole = content(certificate(KINDS["P-256"](), datetime(2050, 1, 1, tzinfo=UTC)))
    for length in range(0, len(whole), 7):
        with pytest.raises(ValueError, match="no certificate"):
            x509.read(whole[:length])
