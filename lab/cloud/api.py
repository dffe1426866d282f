"""The HTTP front of the API, for clients other than the provider: cert-manager's solver, users, tests.

Plain HTTP on 127.0.0.1 where somebody else, as in the lab, serves api.digitalocean.com and ends TLS.
"""

import json
import select
import socket
import ssl
import sys
import threading
import traceback
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from lab.cloud.cloud import Cloud
from lab.cloud.errors import ApiError, ConnectionDroppedError
from lab.cloud.state import Json


def serve(cloud: Cloud, port: int = 0, tls: ssl.SSLContext | None = None) -> int:
    """Answer calls on 127.0.0.1 in the background (`port` 0: any free one) and return the port.

    With `tls` callers speak TLS; calls that are made to hang then do not notice that their caller has gone.
    """

    class Handler(_Handler):
        """A handler of this cloud's calls."""

    Handler.cloud = cloud
    server = _Server(("127.0.0.1", port), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, name="api", daemon=True).start()
    return server.server_port


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Callers may go at any time; anything else is a defect and shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType]


class _Handler(BaseHTTPRequestHandler):
    cloud: Cloud
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        try:
            self._authenticate()
            status, reply = self._call(sent)
        except ApiError as error:
            status, reply = error.status, {"id": error.id, "message": error.message}
            self._send(status, {**reply, "request_id": str(uuid.uuid4())}, error.retry_after)
        except ConnectionDroppedError:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except Exception as error:
            # A body that no operation expects is the lab's defect: said in the answer, for a connection that
            # just ends is tried again, and the caller waits without a word.
            traceback.print_exc()
            self._send(500, {"id": "server_error", "message": f"the lab's API: {error!r}"}, None)
        else:
            self._send(status, reply, None)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 (names that the base calls)

    def _call(self, sent: bytes) -> tuple[int, Json]:
        url = urlsplit(self.path)
        try:
            body: Json = json.loads(sent) if sent else {}
        except ValueError:
            raise ApiError(400, "the body is not valid JSON") from None
        return self.cloud.call(
            self.command, url.path.rstrip("/"), body, dict(parse_qsl(url.query)), self._connected
        )

    def _authenticate(self) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.cloud.accepts(token):
            raise ApiError(401, "Unable to authenticate you")

    def _connected(self) -> bool:
        """Whether the caller still waits: an ended connection is readable and has nothing to read."""
        if isinstance(self.connection, ssl.SSLSocket):  # of which nothing can be looked at beforehand
            return True
        readable, _, _ = select.select([self.connection], [], [], 0)
        return not readable or bool(self.connection.recv(1, socket.MSG_PEEK))

    def _send(self, status: int, body: Json, retry_after: float | None) -> None:
        content = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        if retry_after is not None:
            self.send_header("Retry-After", str(int(retry_after)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the cloud logs its calls itself."""
