"""Certificates that a stack has bought: the lab's own in their place, for the same names, since it has no
key of theirs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lab.toolbox.certificates import CertificateAuthority, Usage, hosts, key_pem, new_key
from lab.toolbox.whole_files import write_secret, write_whole
from network.config import x509 as stack_x509
from network.config.bought import named_certificates

SELLER = "Somebody who sells certificates to the lab"


def bought_names(config: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The hosts of each bought certificate by its name; `config` is that of a stack file. Those with mistakes
    are left to the program, which tells them."""
    certificates: Any = config.get("network:certificates")
    found: dict[str, tuple[str, ...]] = {}
    for name in named_certificates(certificates):
        try:
            names = stack_x509.read(stack_x509.blocks(certificates["bought"][name]["pem"])[0][1]).names
        except (KeyError, TypeError, ValueError, IndexError):
            continue
        if names:
            found[name] = names
    return found


def key(name: str, state: Path) -> str:
    """The key of the lab's certificate in place of one (PEM), the same whatever its names become."""
    file = state / "secrets" / f"certificate-key-{name}"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(file, key_pem(new_key()))
    return file.read_text()


def chain(name: str, names: Sequence[str], state: Path) -> str:
    """The lab's certificate for these names, and that of the authority that issued it (PEM)."""
    file = state / "secrets" / f"certificate-{name}.pem"
    if not file.exists() or _names(file.read_bytes()) != list(names):
        private = load_pem_private_key(key(name, state).encode(), None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        seller = CertificateAuthority.make(SELLER)
        issued = seller.issue(names[0], Usage.SERVER, hosts(*names), key=private)
        write_whole(file, (issued.pem + seller.pem).decode())
    return file.read_text()


def _names(pem: bytes) -> list[str]:
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName)
