"""A cluster's certificates and keys: made once, kept in its folder, every secret with mode 0600."""

import datetime
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.machine.spec import ClusterSpec, NodeSpec
from lab.toolbox.whole_files import write_secret

_VALIDITY = datetime.timedelta(days=3650)
_AUTHORITY = "kubernetes-ca"
_FRONT_PROXIES = "front-proxy-ca"


@dataclass(frozen=True)
class KeyPair:
    """Files of a certificate and its private key."""

    certificate: Path
    key: Path


def server_names(spec: ClusterSpec) -> list[x509.GeneralName]:
    """Every name and address by which clients reach the API server."""
    names = (
        "kubernetes", "kubernetes.default", "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local", "localhost", spec.hostname,
    )  # fmt: skip
    addresses = (spec.control_plane, spec.api_service, IPv4Address("127.0.0.1"))
    return [*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]


class Pki:
    """The certificate authority of one cluster and what it issued."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.authority = self._authority(_AUTHORITY)
        self.front_proxies = self._authority(_FRONT_PROXIES)
        """Vouches for who may speak in others' names. One of its own, for whom the other vouches may not."""

    def server(self, spec: ClusterSpec) -> KeyPair:
        """The API server's serving certificate."""
        return self._issue(
            "kube-apiserver", "kube-apiserver", (), ExtendedKeyUsageOID.SERVER_AUTH,
            server_names(spec),
        )  # fmt: skip

    def client(self, user: str, groups: Sequence[str] = ()) -> KeyPair:
        """A client certificate; Kubernetes takes its name as user and organizations as groups."""
        file = "client-" + user.replace(":", "-")
        return self._issue(file, user, groups, ExtendedKeyUsageOID.CLIENT_AUTH, [])

    def kubelet(self, node: NodeSpec) -> KeyPair:
        """A kubelet's serving certificate, for the node's address as on DOKS."""
        names: list[x509.GeneralName] = [x509.DNSName(node.name), x509.IPAddress(node.address)]
        file = f"kubelet-{node.name}-{node.address}"
        return self._issue(
            file, f"system:node:{node.name}", ("system:nodes",), ExtendedKeyUsageOID.SERVER_AUTH, names
        )

    def front_proxy(self, name: str) -> KeyPair:
        """A certificate by which the API server asks aggregated APIs."""
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        return self._issue(name, name, (), usage, [], self.front_proxies)

    @property
    def service_account_key(self) -> Path:
        """The private key that signs ServiceAccount tokens."""
        path = self._folder / "service-accounts.key"
        if not path.exists():
            write_secret(path, _private_bytes(ec.generate_private_key(ec.SECP256R1())))
        return path

    @property
    def admin_token(self) -> str:
        """The administrator's bearer token."""
        return self.token_file.read_text().split(",")[0]

    @property
    def token_file(self) -> Path:
        """The API server's file of static tokens: one administrator in `system:masters`."""
        path = self._folder / "tokens.csv"
        if not path.exists():
            line = f'{secrets.token_urlsafe(32)},admin,admin,"system:masters"\n'
            write_secret(path, line)
        return path

    def _pair(self, name: str) -> KeyPair:
        return KeyPair(self._folder / f"{name}.crt", self._folder / f"{name}.key")

    def _authority(self, common_name: str) -> KeyPair:
        pair = self._pair(common_name)
        if not pair.certificate.exists():
            self._create_authority(pair, common_name)
        return pair

    def _create_authority(self, pair: KeyPair, common_name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        certificate = (
            _builder(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        self._store(pair, key, certificate)

    def _issue(
        self,
        file: str,
        common_name: str,
        organizations: Sequence[str],
        usage: x509.ObjectIdentifier,
        names: list[x509.GeneralName],
        issuer: KeyPair | None = None,
    ) -> KeyPair:
        pair = self._pair(file)
        if pair.certificate.exists():
            return pair
        issuer = issuer or self.authority
        authority = x509.load_pem_x509_certificate(issuer.certificate.read_bytes())
        signer = serialization.load_pem_private_key(issuer.key.read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)  # as _create_authority made it
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, o) for o in organizations),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
        builder = (
            _builder(subject, authority.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        self._store(pair, key, builder.sign(signer, hashes.SHA256()))
        return pair

    @staticmethod
    def _store(pair: KeyPair, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        """The key first: a certificate that exists is complete."""
        write_secret(pair.key, _private_bytes(key))
        write_secret(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + _VALIDITY)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _private_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    # Not PKCS 8: the API server reads the public half of its token key only from this format.
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
