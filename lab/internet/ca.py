"""The lab's certificate authority: it vouches for the names of the outside world.

Pods trust it because the lab makes their images, so the authority lives in the cache beside them and
changes only when they are made anew. Its key signs for no name outside the lab's network namespaces.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.toolbox.whole_files import write_secret

SYSTEM_BUNDLES = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/cert.pem"))
"""Where Linux distributions keep the authorities that the machine trusts."""

_LIFETIME = timedelta(days=3650)
_CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True)
class Authority:
    """A certificate authority whose key and certificate lie in `folder`."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "Authority":
        """The authority in `folder`, made there if there is none; safe against a second caller."""
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            _make_root(draft)
            try:
                draft.rename(folder)
            except OSError:  # somebody else was first
                shutil.rmtree(draft)
        return cls(folder)

    @property
    def certificate(self) -> Path:
        """The root certificate (PEM)."""
        return self.folder / "root.pem"

    @property
    def bundle(self) -> Path:
        """The machine's own trusted authorities and this one (PEM): what the lab's pods trust."""
        return self.folder / "bundle.pem"

    def issue(self, names: Sequence[str], target: Path) -> Path:
        """A server certificate for `names`: chain and key in one file (PEM, 0600), as HAProxy wants.

        A certificate that `target` holds already is replaced.
        """
        root = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        root_key = serialization.load_pem_private_key((self.folder / "root.key").read_bytes(), None)
        if not isinstance(root_key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.folder / 'root.key'} is not the key of a lab's authority")
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(names[0], root.subject, key, _LIFETIME)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(root_key, hashes.SHA256())
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        write_secret(target, _pem(certificate) + self.certificate.read_bytes() + _key_pem(key))
        return target


def _make_root(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lab of the network platform")])
    certificate = (
        _builder("Lab of the network platform", name, key, _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_secret(folder / "root.key", _key_pem(key))
    (folder / "root.pem").write_bytes(_pem(certificate))
    system = next((path.read_bytes() for path in SYSTEM_BUNDLES if path.exists()), b"")
    (folder / "bundle.pem").write_bytes(system + _pem(certificate))
    folder.chmod(0o755)


def _builder(
    common_name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + lifetime)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
