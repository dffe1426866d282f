"""A cluster's certificates and keys: made once, kept in its folder, every secret with mode 0600."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import PrivateFormat

from lab.machine.spec import ClusterSpec, NodeSpec
from lab.toolbox.certificates import CertificateAuthority, Certified, Usage, hosts, key_pem, new_key
from lab.toolbox.whole_files import write_secret

_KEY_FORMAT = PrivateFormat.TraditionalOpenSSL
"""Not PKCS 8: the API server reads the public half of its token key only from this format."""

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
    return [*hosts(*names), *map(x509.IPAddress, addresses)]


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
            "kube-apiserver", "kube-apiserver", (), Usage.SERVER, server_names(spec),
        )  # fmt: skip

    def client(self, user: str, groups: Sequence[str] = ()) -> KeyPair:
        """A client certificate; Kubernetes takes its name as user and organizations as groups."""
        file = "client-" + user.replace(":", "-")
        return self._issue(file, user, groups, Usage.CLIENT, [])

    def kubelet(self, node: NodeSpec) -> KeyPair:
        """A kubelet's serving certificate, for the node's address as on DOKS."""
        names = [*hosts(node.name), x509.IPAddress(node.address)]
        file = f"kubelet-{node.name}-{node.address}"
        return self._issue(file, f"system:node:{node.name}", ("system:nodes",), Usage.SERVER, names)

    def front_proxy(self, name: str) -> KeyPair:
        """A certificate by which the API server asks aggregated APIs."""
        usage = Usage.CLIENT
        return self._issue(name, name, (), usage, [], self.front_proxies)

    @property
    def service_account_key(self) -> Path:
        """The private key that signs ServiceAccount tokens."""
        path = self._folder / "service-accounts.key"
        if not path.exists():
            write_secret(path, key_pem(new_key(), _KEY_FORMAT))
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
            _keep(pair, CertificateAuthority.make(common_name))
        return pair

    def _issue(
        self,
        file: str,
        common_name: str,
        organizations: Sequence[str],
        usage: Usage,
        names: Sequence[x509.GeneralName],
        issuer: KeyPair | None = None,
    ) -> KeyPair:
        pair = self._pair(file)
        if not pair.certificate.exists():
            issuer = issuer or self.authority
            authority = CertificateAuthority.read(issuer.certificate, issuer.key)
            _keep(pair, authority.issue(common_name, usage, names, organizations))
        return pair


def _keep(pair: KeyPair, made: Certified) -> None:
    """The key first: a certificate that exists is complete."""
    write_secret(pair.key, made.key_pem(_KEY_FORMAT))
    write_secret(pair.certificate, made.pem)
