"""A certificate authority and what it issues."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lab.toolbox.certificates import CertificateAuthority, Usage, hosts


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority.make("Some authority")


def extension(
    certificate: x509.Certificate, kind: type[x509.ExtensionType]
) -> x509.Extension[x509.ExtensionType]:
    return certificate.extensions.get_extension_for_class(kind)


def test_an_authority_vouches_for_servers_and_clients_and_for_no_authority(
    authority: CertificateAuthority,
) -> None:
    constraints = extension(authority.certificate, x509.BasicConstraints)
    assert (constraints.value, constraints.critical) == (x509.BasicConstraints(ca=True, path_length=0), True)
    for usage in Usage:
        issued = authority.issue("somebody", usage)
        issued.certificate.verify_directly_issued_by(authority.certificate)
        value = extension(issued.certificate, x509.BasicConstraints).value
        assert value == x509.BasicConstraints(ca=False, path_length=None)
        assert list(extension(issued.certificate, x509.ExtendedKeyUsage).value) == [usage.value]  # pyright: ignore


def test_a_certificate_lives_as_long_as_it_is_told_from_an_hour_ago(authority: CertificateAuthority) -> None:
    issued = authority.issue("somebody", Usage.CLIENT, lifetime=timedelta(days=1)).certificate
    now = datetime.now(UTC)
    assert abs(issued.not_valid_after_utc - now - timedelta(days=1)) < timedelta(minutes=1)
    assert abs(now - issued.not_valid_before_utc - timedelta(hours=1)) < timedelta(minutes=1)


def test_no_two_certificates_share_a_key_or_a_number(authority: CertificateAuthority) -> None:
    one, other = (authority.issue("somebody", Usage.CLIENT) for _ in range(2))
    assert one.key_pem() != other.key_pem()
    assert one.certificate.serial_number != other.certificate.serial_number


def test_an_authority_that_was_kept_goes_on(authority: CertificateAuthority, tmp_path: Path) -> None:
    certificate, key = tmp_path / "root.pem", tmp_path / "root.key"
    certificate.write_bytes(authority.pem)
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        key.write_bytes(authority.key_pem(form))
        issued = CertificateAuthority.read(certificate, key).issue("x", Usage.SERVER, hosts("a.example"))
        issued.certificate.verify_directly_issued_by(authority.certificate)


def test_the_key_of_another_kind_is_refused_by_its_file(
    authority: CertificateAuthority, tmp_path: Path
) -> None:
    certificate, key = tmp_path / "root.pem", tmp_path / "root.key"
    certificate.write_bytes(authority.pem)
    foreign = rsa.generate_private_key(65537, 2048)
    key.write_bytes(foreign.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(TypeError, match=r"root\.key is not the key"):
        CertificateAuthority.read(certificate, key)
