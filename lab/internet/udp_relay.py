"""What load balancers do with UDP, which HAProxy does not carry: packets of a client go to one healthy node,
from the load balancer's own address, and the answers back.

DigitalOcean's regional load balancers put their address in place of the client's and drop what is longer than
1424 bytes (docs/facts/digitalocean.md#load-balancers); so does this one.
"""

import http.client
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from lab.internet.load_balancer import HealthCheck, LoadBalancer, Node, Rule

LONGEST = 1424
"""Bytes of a packet's content."""
SILENCE = 60.0
"""Seconds without a packet after which a client is forgotten."""

Client = tuple[str, int]


@dataclass
class _Session:
    """A client, and the node that its packets go to."""

    towards_node: socket.socket
    last: float


@dataclass
class _Port:
    """A port of a load balancer."""

    balancer: LoadBalancer
    rule: Rule
    listening: socket.socket
    sessions: dict[Client, _Session] = field(default_factory=dict[Client, _Session])
    turn: int = 0


class UdpRelay:
    """The UDP ports of every load balancer, served by one thread."""

    def __init__(self, healthy: Callable[[Node, HealthCheck], bool] | None = None) -> None:
        self._healthy = healthy or Checks()
        self._ports: dict[tuple[str, int], _Port] = {}
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._woken, self._wake = os.pipe()
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        threading.Thread(target=self._run, name="udp relay", daemon=True).start()

    def apply(self, balancers: Sequence[LoadBalancer]) -> None:
        """Serve exactly the UDP rules of these; clients of those that stay are kept."""
        wanted = {
            (str(balancer.address), rule.entry_port): (balancer, rule)
            for balancer in balancers
            for rule in balancer.rules
            if rule.protocol == "udp"
        }
        with self._lock:
            for key in self._ports.keys() - wanted.keys():
                self._close(self._ports.pop(key))
            for key, (balancer, rule) in wanted.items():
                known = self._ports.get(key)
                if known is not None:
                    known.balancer, known.rule = balancer, rule
                    continue
                listening = _socket()
                listening.bind(key)
                port = self._ports[key] = _Port(balancer, rule, listening)
                self._selector.register(listening, selectors.EVENT_READ, (port, None))
        os.write(self._wake, b".")

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select(timeout=5):
                if key.data is None:
                    os.read(self._woken, 1024)
                    continue
                with self._lock:
                    port, client = key.data
                    if port.listening.fileno() < 0:
                        continue
                    if client is None:
                        self._outward(port)
                    else:
                        self._back(port, client)
            with self._lock:
                self._forget()

    def _outward(self, port: _Port) -> None:
        try:
            data, client = port.listening.recvfrom(65535)
        except OSError:
            return
        if len(data) > LONGEST or not _may(port.balancer, client[0]):
            return
        session = port.sessions.get(client) or self._begin(port, client)
        if session is not None:
            session.last = time.monotonic()
            _send(session.towards_node, data)

    def _begin(self, port: _Port, client: Client) -> _Session | None:
        nodes = sorted(port.balancer.nodes, key=lambda node: node.name)
        nodes = [node for node in nodes if self._healthy(node, port.balancer.health_check)]
        if not nodes:
            return None
        port.turn += 1
        towards = _socket()
        towards.connect((str(nodes[port.turn % len(nodes)].address), port.rule.node_port))
        session = port.sessions[client] = _Session(towards, time.monotonic())
        self._selector.register(towards, selectors.EVENT_READ, (port, client))
        return session

    def _back(self, port: _Port, client: Client) -> None:
        session = port.sessions.get(client)
        if session is None:
            return
        try:
            data = session.towards_node.recv(65535)
        except OSError:
            self._end(port, client)  # nobody listens there any more: the next packet finds another node
            return
        if len(data) <= LONGEST:
            session.last = time.monotonic()
            try:
                port.listening.sendto(data, client)
            except OSError:
                self._end(port, client)

    def _forget(self) -> None:
        since = time.monotonic() - SILENCE
        for port in self._ports.values():
            for client in [each for each, session in port.sessions.items() if session.last < since]:
                self._end(port, client)

    def _end(self, port: _Port, client: Client) -> None:
        session = port.sessions.pop(client)
        self._selector.unregister(session.towards_node)
        session.towards_node.close()

    def _close(self, port: _Port) -> None:
        for client in list(port.sessions):
            self._end(port, client)
        self._selector.unregister(port.listening)
        port.listening.close()


class Checks:
    """Whether nodes are healthy, each asked anew once an interval is over."""

    def __init__(self) -> None:
        self._found: dict[tuple[Node, int], tuple[float, bool]] = {}

    def __call__(self, node: Node, check: HealthCheck) -> bool:
        """Whether a node is healthy."""
        key = node, check.port
        when, healthy = self._found.get(key, (-1e9, False))
        if time.monotonic() - when > check.interval_seconds:
            healthy = _answers(node, check)
            self._found[key] = time.monotonic(), healthy
        return healthy


def _answers(node: Node, check: HealthCheck) -> bool:
    try:
        if check.protocol == "tcp":
            socket.create_connection((str(node.address), check.port), check.response_timeout_seconds).close()
            return True
        connection = http.client.HTTPConnection(
            str(node.address), check.port, timeout=check.response_timeout_seconds
        )
        connection.request("GET", check.path)
        status = connection.getresponse().status
        connection.close()
    except (OSError, http.client.HTTPException):
        return False
    return 200 <= status < 400


def _may(balancer: LoadBalancer, address: str) -> bool:
    client = IPv4Address(address)
    if any(client in network for network in balancer.denied_ranges):
        return False
    if balancer.within is not None and client not in balancer.within:
        return False
    return not balancer.source_ranges or any(client in network for network in balancer.source_ranges)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made


def _send(towards: socket.socket, data: bytes) -> None:
    try:
        towards.send(data)
    except OSError:
        return  # as a network does, when nobody listens
