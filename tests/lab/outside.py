"""Clients on the internet: code that runs in a lab's network and sees its names, on threads of the test."""

import ctypes
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from cryptography import x509

from lab.machine.namespaces import NEW_MOUNT, NEW_NETWORK
from tests.lab.platform import Platform

T = TypeVar("T")

_OWN_FOLDER = 0x00000200
"""CLONE_FS of <linux/sched.h>: only a thread with a working directory of its own may change its mounts."""

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _join(process: int) -> None:
    """Take the calling thread into a process's network and mounts (its `/etc/resolv.conf`)."""
    _checked(_libc.unshare(_OWN_FOLDER))
    for kind, flag in (("net", NEW_NETWORK), ("mnt", NEW_MOUNT)):
        descriptor = os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _checked(_libc.setns(descriptor, flag))
        finally:
            os.close(descriptor)


@dataclass(frozen=True)
class Handshake:
    """What a TLS server agreed to."""

    version: str
    cipher: str
    protocol: str | None
    """By ALPN: `h2`, `http/1.1`."""
    certificate: x509.Certificate


@dataclass(frozen=True)
class Try:
    """One request of a stream."""

    at: float
    """time.monotonic() when it began."""
    seconds: float
    status: int
    """0 where no answer began."""
    error: str = ""
    raced: bool = False
    """The server closed a connection that it had kept, and answered nothing: the client may try again
    (RFC 9112, 9.3.1)."""


@dataclass
class Stream:
    """Requests that go on while a test does something."""

    tries: list[Try] = field(default_factory=list[Try])

    @property
    def failures(self) -> list[Try]:
        """Those without a whole answer, or with one that says that the platform failed."""
        return [each for each in self.tries if each.error or each.status >= 500]

    def quantile(self, share: float) -> float:
        """Seconds within which this share of the requests was answered."""
        seconds = sorted(each.seconds for each in self.tries)
        return seconds[min(int(len(seconds) * share), len(seconds) - 1)]


class Outside:
    """A client on the internet of a lab that runs."""

    def __init__(self, platform: Platform) -> None:
        process = platform.record.init
        self._roots = platform.folder / "internet" / "roots.pem"
        self._pool = ThreadPoolExecutor(64, initializer=lambda: _join(process))

    def run(self, action: Callable[[], T]) -> T:
        """Do anything there: open sockets, resolve names."""
        return self._pool.submit(action).result()

    def context(self) -> ssl.SSLContext:
        """TLS that trusts the lab's two Let's Encrypts, and nobody else."""
        return ssl.create_default_context(cafile=str(self._roots))

    def client(
        self, source: str | None = None, context: ssl.SSLContext | None = None, **options: Any
    ) -> httpx.Client:
        """A client that keeps connections; use it within `run`. `source` is its address, any of
        203.0.113.0/24; `context` may bear a certificate of its own; other options are httpx.Client's."""
        verify = context or self.context()
        transport = httpx.HTTPTransport(verify=verify, local_address=source, trust_env=False)
        return httpx.Client(transport=transport, timeout=10, trust_env=False, **options)

    def request(
        self,
        method: str,
        url: str,
        *,
        source: str | None = None,
        context: ssl.SSLContext | None = None,
        **options: Any,
    ) -> httpx.Response:
        """One request on a connection of its own."""

        def ask() -> httpx.Response:
            with self.client(source, context) as client:
                return client.request(method, url, **options)

        return self.run(ask)

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def handshake(self, host: str, context: ssl.SSLContext | None = None, address: str = "") -> Handshake:
        """Shake hands as a client that wants `host`; raises ssl.SSLError where the server refuses."""

        def shake() -> Handshake:
            with (
                socket.create_connection((address or host, 443), timeout=5) as plain,
                (context or self.context()).wrap_socket(plain, server_hostname=host) as secure,
            ):
                served, cipher = secure.getpeercert(binary_form=True), secure.cipher()
                assert served is not None
                assert cipher is not None
                certificate = x509.load_der_x509_certificate(served)
                return Handshake(
                    secure.version() or "", cipher[0], secure.selected_alpn_protocol(), certificate
                )

        return self.run(shake)

    def raw(self, address: tuple[str, int], data: bytes, source: str = "") -> bytes:
        """Everything that a TCP server says to `data`, until it closes or is silent for two seconds."""

        def talk() -> bytes:
            here = (source, 0) if source else None
            said = b""
            with socket.create_connection(address, timeout=2, source_address=here) as connection:
                connection.sendall(data)
                try:
                    while part := connection.recv(65536):
                        said += part
                except TimeoutError:
                    pass
            return said

        return self.run(talk)

    @contextmanager
    def stream(
        self,
        url: str,
        *,
        rate: float = 50,
        clients: int = 4,
        keep_alive: bool = True,
        source: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Generator[Stream]:
        """`rate` requests a second from `clients` clients while the block runs; yields the Stream.

        A request that is due while the one before is still open follows at once, so that a stall shows in
        the times. Nothing is tried twice.
        """
        stream, ended = Stream(), threading.Event()

        def go_on(number: int) -> None:
            pause = clients / rate
            due = time.monotonic() + pause * number / clients
            with ExitStack() as open_clients:
                client: httpx.Client | None = None
                while not ended.wait(max(0.0, due - time.monotonic())):
                    if client is None or not keep_alive:
                        open_clients.close()
                        client = open_clients.enter_context(self.client(source, headers=headers))
                    stream.tries.append(_try(client, url))
                    due += pause

        running = [self._pool.submit(go_on, number) for number in range(clients)]
        try:
            yield stream
        finally:
            ended.set()
            for each in running:
                each.result()

    def close(self) -> None:
        self._pool.shutdown()


def _try(client: httpx.Client, url: str) -> Try:
    began = time.monotonic()
    status, error, connected, closed = 0, "", False, False

    def watch(event: str, _: object) -> None:
        nonlocal connected
        connected = connected or event.startswith("connection.connect_tcp.")

    try:
        with client.stream("GET", url, extensions={"trace": watch}) as answer:
            status = answer.status_code
            answer.read()
    except httpx.HTTPError as problem:
        error = repr(problem)
        closed = isinstance(problem, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError)
    raced = closed and status == 0 and not connected
    return Try(began, time.monotonic() - began, status, error, raced)


def trusts_nobody() -> ssl.SSLContext:
    """TLS for a look at what a server offers, whoever it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
