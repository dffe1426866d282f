"""Tries connections between places, all at once."""

import errno
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Literal, TypeVar

from lab.machine.namespaces import join_network
from lab.packets.places import Place

T = TypeVar("T")

Protocol = Literal["TCP", "UDP"]
Port = tuple[Protocol, int]

QUIET_SECONDS = 2.5
"""How long nothing must arrive until what is left counts as denied: a lost SYN is sent again after one
second, and an enforcer that drops says nothing."""

_QUESTION = b"\0\7\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1"
"""What UDP probes send: the shortest question that a DNS server answers; our listeners echo it."""

_RESENT = 100
"""Where the number of segments sent again stands in the kernel's `struct tcp_info`."""

_AT_ONCE = 2000
"""Sockets at a time; below the usual limit of open files."""


@dataclass(frozen=True)
class Try:
    """One connection to try."""

    source: Place
    target: Place
    port: Port


@dataclass(frozen=True)
class Verdict:
    """What became of a try."""

    through: bool
    resent: int = 0
    """How often TCP had to repeat itself: an enforcer that drops for a moment shows here only."""


class Prober:
    """Listens at places and connects between them, from one process."""

    def __init__(self, places: Iterable[Place], ports: Iterable[Port]) -> None:
        """Listens at every place on those of the ports that are free there; a port that is taken has a
        listener already."""
        self._open = ExitStack()
        self._selector = selectors.DefaultSelector()
        for place in places:
            for listener in in_network(place, lambda place=place: _listeners(place, tuple(ports))):
                self._open.enter_context(listener)
                if listener.type == socket.SOCK_DGRAM:
                    self._selector.register(listener, selectors.EVENT_READ, _echo)

    def __enter__(self) -> "Prober":
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        self._open.close()

    def verdicts(self, tries: Sequence[Try]) -> Mapping[Try, Verdict]:
        """What became of each try; all of them are made at once."""
        found: dict[Try, Verdict] = {}
        for first in range(0, len(tries), _AT_ONCE):
            found |= self._verdicts(tries[first : first + _AT_ONCE])
        return found

    def _verdicts(self, tries: Sequence[Try]) -> dict[Try, Verdict]:
        found = dict.fromkeys(tries, Verdict(through=False))
        waiting: dict[socket.socket, Try] = {}
        by_source: dict[Place, list[Try]] = {}
        for each in tries:
            by_source.setdefault(each.source, []).append(each)
        for source, given in by_source.items():
            for client, each in in_network(source, lambda given=given: [(_client(e), e) for e in given]):
                waiting[client] = each
                event = selectors.EVENT_WRITE if each.port[0] == "TCP" else selectors.EVENT_READ
                self._selector.register(client, event, None)
        last = time.monotonic()
        while waiting and time.monotonic() - last < QUIET_SECONDS:
            for key, _ in self._selector.select(0.1):
                answer = key.fileobj
                assert isinstance(answer, socket.socket)
                if key.data is _echo:
                    _echo(answer)
                    continue
                found[waiting.pop(answer)] = _verdict(answer)
                self._close(answer)
                last = time.monotonic()
        for client in waiting:
            self._close(client)
        return found

    def _close(self, client: socket.socket) -> None:
        self._selector.unregister(client)
        client.close()


def in_network(place: Place, action: Callable[[], T]) -> T:
    """Do something in a place's network namespace: in a thread, which alone moves there. Sockets that it
    makes stay there."""

    def enter_and_act() -> T:
        if place.handle is not None:
            join_network(place.handle)
        return action()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(enter_and_act).result()


def _listeners(place: Place, ports: Sequence[Port]) -> list[socket.socket]:
    found: list[socket.socket] = []
    for protocol, port in ports:
        listener = _socket(protocol)
        try:
            listener.bind((str(place.address), port))
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        if protocol == "TCP":
            listener.listen(4096)
        found.append(listener)
    return found


def _client(each: Try) -> socket.socket:
    protocol, port = each.port
    client = _socket(protocol)
    # From the address that the place is: the lab's own namespace has several.
    client.bind((str(each.source.address), 0))
    with suppress(OSError):
        client.connect((str(each.target.address), port))
        if protocol == "UDP":
            client.send(_QUESTION)
    return client


def _socket(protocol: Protocol) -> socket.socket:
    kind = socket.SOCK_STREAM if protocol == "TCP" else socket.SOCK_DGRAM
    made = socket.socket(socket.AF_INET, kind)
    made.setblocking(False)
    return made


def _echo(listener: socket.socket) -> None:
    with suppress(OSError):
        data, client = listener.recvfrom(64)
        listener.sendto(data, client)


def _verdict(client: socket.socket) -> Verdict:
    """Of a socket that has news: it is connected, has an answer, or was refused."""
    if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
        return Verdict(through=False)
    if client.type == socket.SOCK_STREAM:
        facts = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RESENT + 4)
        return Verdict(through=True, resent=int.from_bytes(facts[_RESENT:], sys.byteorder))
    try:
        return Verdict(through=client.recv(64) != b"")
    except OSError:
        return Verdict(through=False)
