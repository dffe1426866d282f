"""Certificates and keys of a cluster."""

from ipaddress import IPv4Address
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from lab.machine import kubeconfig
from lab.machine.pki import Pki
from tests.unit.lab.clusters import CLUSTER


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki(tmp_path / "pki")


def test_the_api_server_is_certified_for_every_name_that_clients_use(pki: Pki) -> None:
    pem = pki.server(CLUSTER).certificate.read_bytes()
    names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert {
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
        "5f0c1a2b-1111-4222-8333-444455556666.k8s.ondigitalocean.com",
    } <= set(names.value.get_values_for_type(x509.DNSName))
    assert {IPv4Address("10.20.0.2"), IPv4Address("10.43.0.1")} <= set(
        names.value.get_values_for_type(x509.IPAddress)
    )


def test_a_client_is_known_by_its_user_and_groups(pki: Pki) -> None:
    pair = pki.client("system:node:pool-a1", ["system:nodes"])
    certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    subject = {part.oid: part.value for part in certificate.subject}
    assert subject == {
        NameOID.ORGANIZATION_NAME: "system:nodes",
        NameOID.COMMON_NAME: "system:node:pool-a1",
    }


def test_what_the_authority_issued_verifies_against_it(pki: Pki) -> None:
    authority = x509.load_pem_x509_certificate(pki.authority.certificate.read_bytes())
    issued = x509.load_pem_x509_certificate(pki.client("anyone").certificate.read_bytes())
    issued.verify_directly_issued_by(authority)


def test_every_secret_is_readable_by_its_owner_alone(pki: Pki, tmp_path: Path) -> None:
    pki.server(CLUSTER)
    secret_files = [pki.service_account_key, pki.token_file, *tmp_path.rglob("*.key")]
    assert len(secret_files) > 3
    assert {file.stat().st_mode & 0o777 for file in secret_files} == {0o600}


def test_a_second_start_finds_the_same_certificates_and_token(pki: Pki, tmp_path: Path) -> None:
    first = (pki.admin_token, pki.server(CLUSTER).certificate.read_bytes())
    again = Pki(tmp_path / "pki")
    assert (again.admin_token, again.server(CLUSTER).certificate.read_bytes()) == first


def test_two_clusters_share_no_secret(tmp_path: Path) -> None:
    one, other = Pki(tmp_path / "one"), Pki(tmp_path / "other")
    assert one.admin_token != other.admin_token
    assert one.authority.key.read_bytes() != other.authority.key.read_bytes()


def test_the_administrators_kubeconfig_is_complete_in_itself(pki: Pki) -> None:
    server = kubeconfig.api_url(CLUSTER.control_plane)
    text = kubeconfig.for_token(server, pki.authority.certificate, pki.admin_token, "dev")
    config = yaml.safe_load(text)
    assert config["clusters"][0]["cluster"]["server"] == "https://10.20.0.2:6443"
    assert config["clusters"][0]["cluster"].keys() == {"server", "certificate-authority-data"}
    assert config["users"][0]["user"] == {"token": pki.admin_token}
