"""What counts as an answer to a client on the internet."""

import socket
import ssl
import threading
from pathlib import Path

from lab.internet.ca import Authority
from lab.readiness.probe import probe


def test_a_host_that_asks_for_a_client_s_certificate_has_answered(tmp_path: Path) -> None:
    authority = Authority.at(tmp_path / "authority")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.certificate))
    context.load_cert_chain(authority.issue(["localhost"], tmp_path / "localhost.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    refused: list[str] = []

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            try:
                context.wrap_socket(connection.dup(), server_side=True)
            except ssl.SSLError as error:
                refused.append(error.reason)
            while connection.recv(4096):  # until the client has read the alert
                pass

    with socket.create_server(("localhost", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        answered, told = probe(f"localhost:{server.getsockname()[1]}", "/", authority.certificate)
        thread.join()
    assert refused == ["PEER_DID_NOT_RETURN_A_CERTIFICATE"]
    assert (answered, told) == (True, "asks for a client's certificate")


def test_nobody_at_all_has_not_answered(tmp_path: Path) -> None:
    authority = Authority.at(tmp_path / "authority")
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    answered, _ = probe(f"localhost:{port}", "/", authority.certificate)
    assert not answered
