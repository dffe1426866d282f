"""Readers against real sockets of this machine's loopback, and a kubectl that says what a test wants."""

import datetime
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from network.diagnosis.read import host, objects
from network.diagnosis.read.together import together
from network.live.cluster import Cluster
from network.live.finding import CannotLookError
from tests.unit.live.kubectl import Kubectl

LOCAL = "127.0.0.1"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `shop.example.org` and its key, which nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "pair.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def serving(patch: pytest.MonkeyPatch, talk: Callable[[socket.socket], None]) -> Generator[None]:
    """A server in place of a host's ports, which talks to each connection."""
    with socket.create_server((LOCAL, 0)) as listener:
        port = listener.getsockname()[1]

        def work() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    talk(connection)

        threading.Thread(target=work, daemon=True).start()
        patch.setattr(host, "HTTPS", port)
        patch.setattr(host, "HTTP", port)
        patch.setattr(host, "WAIT", 1.0)
        yield


def encrypted(pair: Path, answer: bytes = b"") -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            if answer and secure.recv(4096):
                secure.sendall(answer)

    return talk


def strict(connection: socket.socket) -> None:
    """Refuses every name, in TLS' own words (unrecognized_name)."""
    connection.recv(4096)
    connection.sendall(bytes([21, 3, 3, 0, 2, 2, 112]))


def test_what_a_host_serves_is_read_whoever_vouches_for_it(
    monkeypatch: pytest.MonkeyPatch, pair: Path
) -> None:
    with serving(monkeypatch, encrypted(pair)):
        told = host.shake("shop.example.org", LOCAL)
    assert (told.outcome, told.names) == ("shaken", ("shop.example.org",))
    assert told.ends is not None
    assert "self-signed" in told.trusted or "self signed" in told.trusted


def test_a_refusal_in_tls_own_words_is_an_alert(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, strict):
        told = host.shake("shop.example.org", LOCAL)
    assert (told.outcome, told.ends) == ("alert", None)
    assert "unrecognized name" in told.reason


def test_a_connection_that_is_closed_without_a_word_is_no_alert(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, lambda _: None):
        assert host.shake("shop.example.org", LOCAL).outcome == "closed"


def test_a_server_that_says_nothing_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, lambda _: time.sleep(2)):
        assert host.shake("shop.example.org", LOCAL).outcome == "silent"
        assert host.get("shop.example.org", LOCAL, "/").status is None


def test_a_port_that_nobody_listens_on_takes_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOCAL, 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(host, "HTTPS", port)
    assert host.shake("shop.example.org", LOCAL).outcome == "not connected"
    with pytest.raises(CannotLookError, match="refused"):
        host.dial([LOCAL], port)
    with pytest.raises(CannotLookError, match="no address"):
        host.dial([], port)


def http_answer(status: str, body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def test_traefik_s_own_404_is_told_from_another(monkeypatch: pytest.MonkeyPatch, pair: Path) -> None:
    for body, own in ((b"404 page not found\n", True), (b"no such shop", False)):
        with serving(monkeypatch, encrypted(pair, http_answer("404 Not Found", body))):
            told = host.get("shop.example.org", LOCAL, "/")
        assert (told.status, told.is_traefik_s_own) == (404, own)


def test_a_redirect_without_tls_has_where_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(http_answer("301 Moved", b"", "Location: https://shop.example.org/\r\n"))

    with serving(monkeypatch, talk):
        told = host.get("shop.example.org", LOCAL, "/", encrypted=False)
    assert (told.status, told.location) == (301, "https://shop.example.org/")


def an_object(kind: str, namespace: str) -> dict[str, object]:
    return {"kind": kind, "metadata": {"name": "one", "namespace": namespace}}


def listed(*found: dict[str, object]) -> str:
    return json.dumps({"items": found})


def test_kinds_of_a_namespace_are_read_by_one_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubectl = Kubectl(tmp_path, monkeypatch)
    call = "get pods,services --namespace=shop --output=json"
    kubectl.prints(call, listed(an_object("Pod", "shop"), an_object("Service", "shop")))
    read = objects.read(Cluster(), {"shop": {"Pod", "Service"}}, 10)
    assert len(kubectl.asked) == 1
    assert [each["kind"] for each in read.list("Service", "shop")] == ["Service"]


def test_where_one_kind_is_refused_the_others_are_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kubectl = Kubectl(tmp_path, monkeypatch)
    kubectl.refuses("get pods,services --namespace=shop --output=json", "Error: pods is forbidden")
    kubectl.refuses("get pods --namespace=shop --output=json", "Error: pods is forbidden")
    kubectl.prints("get services --namespace=shop --output=json", listed(an_object("Service", "shop")))
    read = objects.read(Cluster(), {"shop": {"Pod", "Service"}}, 10)
    assert len(read.list("Service", "shop")) == 1
    with pytest.raises(CannotLookError, match="forbidden"):
        read.list("Pod", "shop")


def test_many_namespaces_are_read_by_one_call_and_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kubectl = Kubectl(tmp_path, monkeypatch)
    names = [f"n{number}" for number in range(6)]
    found = [an_object("Pod", name) for name in (*names, "other")]
    kubectl.prints("get pods --all-namespaces --output=json", listed(*found))
    read = objects.read(Cluster(), {name: {"Pod"} for name in names}, 10)
    assert len(kubectl.asked) == 1
    assert [len(read.list("Pod", name)) for name in names] == [1] * 6


def test_what_is_late_could_not_be_looked_at_and_holds_up_nothing() -> None:
    began = time.monotonic()
    found = together({"late": lambda: time.sleep(30), "soon": lambda: 1}, 0.5)
    assert time.monotonic() - began < 10
    assert found["soon"] == 1
    assert isinstance(found["late"], CannotLookError)


def test_a_defect_of_a_reader_is_told_as_one() -> None:
    def broken() -> int:
        raise KeyError("x")

    found = together({"broken": broken}, 5)["broken"]
    assert isinstance(found, CannotLookError)
    assert "defect" in found.remedy
