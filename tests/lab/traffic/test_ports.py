"""Ports beside those of HTTP: what comes passes load balancer and Traefik as it is (ING-8)."""

import socket
import ssl
from contextlib import ExitStack
from ipaddress import IPv4Address

import pytest

from lab.internet.udp_relay import LONGEST
from tests.lab.outside import trusts_nobody
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

LOAD_BALANCER = "203.0.113.100"
SSH, SFTP, POSTGRES, GAME = 22, 2022, 5432, 27015
BRANCH_OFFICE, ELSEWHERE = "203.0.113.33", "203.0.113.9"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
"""With which a PROXY header of version 2 begins."""
QUERY = b"select 1;"
ASKS_FOR_TLS = bytes.fromhex("0000000804d2162f")
"""PostgreSQL's SSLRequest."""


def within_tls(
    traffic: TrafficLab, host: str, context: ssl.SSLContext, says: bytes = QUERY, first: bytes = b""
) -> tuple[bytes, bytes]:
    """What the server of a name answers, and its certificate; `first` is said before the handshake."""

    def talk() -> tuple[bytes, bytes]:
        with socket.create_connection((host, POSTGRES), timeout=5) as plain:
            if first:
                plain.sendall(first)
                assert plain.recv(1) == b"S"
            with context.wrap_socket(plain, server_hostname=host) as secure:
                secure.sendall(says)
                return secure.recv(100), secure.getpeercert(binary_form=True) or b""

    return traffic.outside.run(talk)


def packet(traffic: TrafficLab, data: bytes) -> bytes | None:
    """What comes back for a packet within two seconds."""

    def talk() -> bytes | None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(2)
            client.sendto(data, (LOAD_BALANCER, GAME))
            try:
                return client.recv(65535)
            except TimeoutError:
                return None

    return traffic.outside.run(talk)


def test_a_connection_passes_as_it_is(traffic: TrafficLab) -> None:
    assert traffic.outside.raw((LOAD_BALANCER, SSH), b"ssh-2.0-client\r\n") == b"ssh-2.0-client\r\n"


def test_a_client_has_as_many_connections_as_it_may(traffic: TrafficLab) -> None:
    """One on each of the two replicas, which the load balancer takes in turn."""

    def talk() -> int:
        answered = 0
        with ExitStack() as open_things:
            for _ in range(6):
                client = open_things.enter_context(
                    socket.create_connection((LOAD_BALANCER, SSH), 5, source_address=(ELSEWHERE, 0))
                )
                client.settimeout(3)
                try:
                    client.sendall(b"ssh-2.0\r\n")
                    answered += bool(client.recv(100))
                except OSError:
                    pass
        return answered

    assert traffic.outside.run(talk) == 2


def test_the_workload_is_told_who_the_client_is(traffic: TrafficLab) -> None:
    said = traffic.outside.raw((LOAD_BALANCER, SFTP), b"sftp", source=BRANCH_OFFICE)
    assert said.startswith(SIGNATURE)
    assert said.endswith(b"sftp")
    assert str(IPv4Address(said[16:20])) == BRANCH_OFFICE


def test_whoever_is_on_no_allow_list_is_cut_off(traffic: TrafficLab) -> None:
    def talk() -> bytes:
        here = (ELSEWHERE, 0)
        with socket.create_connection((LOAD_BALANCER, SFTP), 5, source_address=here) as client:
            client.sendall(b"sftp")
            try:
                return client.recv(100)
            except ConnectionResetError:
                return b""

    assert traffic.outside.run(talk) == b""


def test_databases_share_a_port_by_the_name_that_clients_ask_for(traffic: TrafficLab) -> None:
    said, served = within_tls(traffic, f"orders.{ZONE}", traffic.outside.context())
    assert said == QUERY
    # The other one's workload shows a certificate of its own, which nobody vouches for, and ends TLS itself.
    kept = f"kept.{ZONE}"
    with pytest.raises(ssl.SSLCertVerificationError):
        within_tls(traffic, kept, traffic.outside.context())
    request = f"GET / HTTP/1.1\r\nHost: {kept}\r\n\r\n".encode()
    said, own = within_tls(traffic, kept, trusts_nobody(), request)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert own != served


def test_postgresql_s_way_of_asking_for_tls_is_known(traffic: TrafficLab) -> None:
    said, _ = within_tls(traffic, f"orders.{ZONE}", traffic.outside.context(), first=ASKS_FOR_TLS)
    assert said == QUERY


def test_a_name_that_no_route_of_the_port_has_leads_nowhere(traffic: TrafficLab) -> None:
    """Past the routes by name stands Traefik's own HTTP, on each port; there it has none."""
    host = f"shop.{ZONE}"
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    said, _ = within_tls(traffic, host, trusts_nobody(), request)
    assert said.startswith(b"HTTP/1.1 404 ")


def test_packets_pass_and_come_back(traffic: TrafficLab) -> None:
    assert packet(traffic, b"move") == b"move"
    assert packet(traffic, b"x" * LONGEST) == b"x" * LONGEST
    assert packet(traffic, b"x" * (LONGEST + 1)) is None
