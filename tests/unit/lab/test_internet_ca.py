"""The lab's certificate authority."""

import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509

from lab.internet.ca import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.at(tmp_path / "authority")


def test_an_authority_is_made_once(authority: Authority) -> None:
    before = authority.certificate.read_bytes()
    assert Authority.at(authority.folder).certificate.read_bytes() == before


def test_no_draft_stays_beside_it(authority: Authority) -> None:
    assert [path.name for path in authority.folder.parent.iterdir()] == ["authority"]


def test_its_key_is_readable_by_its_owner_only(authority: Authority) -> None:
    assert stat.S_IMODE((authority.folder / "root.key").stat().st_mode) == 0o600


def test_the_bundle_ends_with_the_labs_root(authority: Authority) -> None:
    assert authority.bundle.read_bytes().endswith(authority.certificate.read_bytes())


def test_an_issued_certificate_convinces_a_client_that_trusts_the_bundle(
    authority: Authority, tmp_path: Path
) -> None:
    server_file = authority.issue(["api.example.com"], tmp_path / "server.pem")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(server_file)
    client = ssl.create_default_context(cafile=str(authority.bundle))
    assert shake_hands(client, server, "api.example.com")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(client, server, "other.example.com")


def test_an_issued_key_is_readable_by_its_owner_only(authority: Authority, tmp_path: Path) -> None:
    file = authority.issue(["api.example.com"], tmp_path / "server.pem")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(x509.load_pem_x509_certificates(file.read_bytes())) == 2


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> bool:
    """Run a TLS handshake in memory; raises what the client raises."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return ours.version() is not None
