"""UDP through a load balancer, on the loopback device."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.internet.load_balancer import HealthCheck, LoadBalancer, Node, Rule
from lab.internet.udp_relay import LONGEST, UdpRelay
from lab.toolbox import http_service
from lab.toolbox.http_service import Answer

HERE = "127.0.0.1"


class Backend:
    """Says back what it hears, with the address that it was said from."""

    def __init__(self, address: str, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(65535)
            except OSError:
                return
            self._socket.sendto(data + f" from {peer[0]}".encode(), peer)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def backend() -> Iterator[Backend]:
    running = Backend(HERE)
    yield running
    running.close()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HERE, 0))
        return probe.getsockname()[1]


def balancer(port: int, node_port: int, **more: object) -> LoadBalancer:
    check = HealthCheck("http", 9)
    nodes = (Node("a", IPv4Address(HERE)),)
    rules = (Rule("udp", port, node_port), Rule("tcp", port, 1))
    return LoadBalancer("1", "network-dev", IPv4Address(HERE), rules, nodes, check, **more)  # type: ignore[arg-type]


def asked(port: int, data: bytes = b"hello", source: str = HERE) -> bytes | None:
    """What comes back within half a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind((source, 0))
        client.settimeout(0.5)
        client.sendto(data, (HERE, port))
        try:
            return client.recv(65535)
        except OSError:
            return None


def test_packets_reach_a_node_from_the_load_balancer_and_answers_the_client(backend: Backend) -> None:
    port = free_port()
    UdpRelay(lambda *_: True).apply([balancer(port, backend.port)])
    assert asked(port, source="127.0.0.9") == f"hello from {HERE}".encode()


def test_nothing_comes_from_a_node_that_is_not_healthy(backend: Backend) -> None:
    port = free_port()
    UdpRelay(lambda *_: False).apply([balancer(port, backend.port)])
    assert asked(port) is None


def test_a_node_is_healthy_while_its_check_answers(backend: Backend) -> None:
    """The check is HTTP's, on the port of the Service's own: UDP has none."""
    status = {"now": 503}
    checked = http_service.serve(lambda _: Answer(status["now"]), "check", HERE)
    port, relay = free_port(), UdpRelay()
    check = HealthCheck("http", checked.port, interval_seconds=0)
    ready = balancer(port, backend.port)
    relay.apply([replace(ready, health_check=check)])
    before = asked(port)
    status["now"] = 200
    after = asked(port)
    checked.close()
    assert (before, after) == (None, f"hello from {HERE}".encode())


def test_packets_that_digitalocean_drops_are_dropped(backend: Backend) -> None:
    port = free_port()
    UdpRelay(lambda *_: True).apply([balancer(port, backend.port)])
    assert asked(port, b"x" * (LONGEST - 20)) is not None
    assert asked(port, b"x" * (LONGEST + 1)) is None


@pytest.mark.parametrize(
    "bounds",
    [
        {"source_ranges": (IPv4Network("198.51.100.0/24"),)},
        {"denied_ranges": (IPv4Network("127.0.0.0/8"),)},
        {"within": IPv4Network("10.0.0.0/16")},
    ],
)
def test_whoever_may_not_connect_gets_no_answer(backend: Backend, bounds: dict[str, object]) -> None:
    port = free_port()
    UdpRelay(lambda *_: True).apply([balancer(port, backend.port, **bounds)])
    assert asked(port) is None


def test_a_rule_that_goes_takes_its_port_along(backend: Backend) -> None:
    port, relay = free_port(), UdpRelay(lambda *_: True)
    relay.apply([balancer(port, backend.port)])
    assert asked(port) is not None
    relay.apply([])
    assert asked(port) is None
