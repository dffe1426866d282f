"""HTTP for whoever answers calls by a function: what was asked, and the answer."""

import json
import select
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import typing_extensions


@dataclass(frozen=True)
class Call:
    """What somebody asks."""

    method: str
    path: str
    """Without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By name, whatever the case of its letters; `items` has them as they came, repeated ones too."""
    body: bytes
    connected: Callable[[], bool]
    """Whether the caller still waits. By TLS that cannot be seen: it is taken for granted."""

    @property
    def bearer(self) -> str:
        """The token that the caller shows, if any."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def json(self) -> Any:
        """What the body says; None when there is none. Raises ValueError."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Answer:
    """What the caller gets."""

    status: int = 200
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> "Answer":
        """A value as JSON; `Retry_After` is the header Retry-After."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **named})


Respond = Callable[[Call], Answer | None]
"""Answers a call; None: the connection ends without an answer. Called from many threads at once."""


class Service:
    """A server in the background, until `close`."""

    def __init__(self, respond: Respond, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        class Handler(_Handler):
            """A handler of this service's calls."""

        Handler.respond = staticmethod(respond)
        self._server = _Server((host, port), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    def start(self, name: str) -> None:
        """Answer from now on, on threads of that name."""
        threading.Thread(target=self._server.serve_forever, name=name, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def serve(
    respond: Respond,
    name: str,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Service:
    """Answer calls in the background (`port` 0: at any free one); with `tls` callers speak TLS."""
    service = Service(respond, host, port, tls)
    service.start(name)
    return service


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @typing_extensions.override
    def handle_error(self, request: object, client_address: object) -> None:
        """Callers may go at any time; anything else is a defect and shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType]


class _Handler(BaseHTTPRequestHandler):
    respond: Respond
    protocol_version = "HTTP/1.1"
    # Head and content are two packets: the second would wait up to 40 ms until the first is acknowledged.
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = dict(parse_qsl(url.query))
        answer = self.respond(
            Call(self.command, url.path, query, self.headers, body, self._connected)  # pyright: ignore[reportArgumentType]
        )
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for header, text in answer.headers.items():
            self.send_header(header, text)
        if answer.status != 204 and "Transfer-Encoding" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 204:
            self.wfile.write(answer.content)

    # Names that the base calls.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _connected(self) -> bool:
        """An ended connection is readable and has nothing to read."""
        if isinstance(self.connection, ssl.SSLSocket):  # of which nothing can be looked at beforehand
            return True
        readable, _, _ = select.select([self.connection], [], [], 0)
        return not readable or bool(self.connection.recv(1, socket.MSG_PEEK))

    @typing_extensions.override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a line for each call would drown the log; who answers says what matters."""
