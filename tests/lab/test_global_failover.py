"""A GLOBAL load balancer of the lab leads requests past an environment that has gone, and back.

The real HAProxy, before two small web servers in the place of the environments' load balancers: no cluster.
"""

import http.client
import http.server
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from lab.internet.ca import Authority
from lab.internet.global_load_balancer import GlobalLoadBalancer, Target
from lab.internet.haproxy import LoadBalancers
from lab.internet.load_balancer import HealthCheck
from lab.machine.process import Supervisor
from lab.parts.builders.debian import which

pytestmark = pytest.mark.lab

HOST = "www.example.org"
EDGE = IPv4Address("127.0.0.10")
ADDRESSES = {"ams3": IPv4Address("127.0.0.11"), "fra1": IPv4Address("127.0.0.12")}
CHECK = HealthCheck(
    "http",
    80,
    "/",
    interval_seconds=1,
    response_timeout_seconds=1,
    unhealthy_threshold=2,
    healthy_threshold=2,
)


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Checks end their connections as soon as they know."""


@dataclass
class Environment:
    """What a region's load balancer leads to: a redirect on 80, its own name on 443."""

    region: str
    certificate: Path
    servers: list[http.server.ThreadingHTTPServer] = field(
        default_factory=list[http.server.ThreadingHTTPServer]
    )
    names: list[str | None] = field(default_factory=list[str | None])
    """What clients of TLS asked for, by SNI."""

    def start(self) -> None:
        address = str(ADDRESSES[self.region])
        plain = _Server((address, 80), _answering(301, b""))
        secure = _Server((address, 443), _answering(200, self.region.encode()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        self.servers = [plain, secure]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.servers = []


def _answering(status: int, body: bytes) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 301:
                self.send_header("Location", f"https://{HOST}/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@dataclass
class Scene:
    """Two environments, and the load balancer over them."""

    authority: Authority
    environments: dict[str, Environment]
    balancers: LoadBalancers

    def ask(self) -> str:
        """Return which region answers a client; empty: none."""
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        connection = http.client.HTTPSConnection(HOST, context=context, timeout=5)
        try:
            there = socket.create_connection((str(EDGE), 443), timeout=5)
            connection.sock = context.wrap_socket(there, server_hostname=HOST)
            connection.request("GET", "/")
            answer = connection.getresponse()
            return answer.read().decode() if answer.status == 200 else ""
        except OSError:
            return ""
        finally:
            connection.close()

    def until(self, answers: Callable[[str], bool]) -> float:
        """Return how many seconds it took until a client was answered so."""
        since = time.monotonic()
        while not answers(self.ask()):
            assert time.monotonic() - since < 60
            time.sleep(0.1)
        return time.monotonic() - since


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    haproxy = which("haproxy")
    if haproxy is None or os.geteuid() != 0:
        pytest.skip("haproxy and root, for ports 80 and 443 of loopback addresses")
    authority = Authority.at(tmp_path / "authority")
    environments = {
        region: Environment(region, authority.issue([f"{region}.example.org"], tmp_path / f"{region}.pem"))
        for region in ADDRESSES
    }
    supervisor = Supervisor(tmp_path / "processes")
    balancers = LoadBalancers(tmp_path / "haproxy", haproxy, supervisor, (), authority.issue)
    for environment in environments.values():
        environment.start()
    balancers.apply((), [_over()])
    yield Scene(authority, environments, balancers)
    supervisor.end_all()
    for environment in environments.values():
        environment.stop()


def _over() -> GlobalLoadBalancer:
    return GlobalLoadBalancer(
        id="9b",
        name="shop",
        addresses=(EDGE,),
        hosts=(HOST,),
        targets=tuple(Target(f"network-{region}", region, address) for region, address in ADDRESSES.items()),
        target_protocol="https",
        target_port=443,
        health_check=CHECK,
        priorities=(("ams3", 1), ("fra1", 2)),
        failover_threshold=50,
    )


def test_requests_move_to_the_next_region_and_come_back(scene: Scene) -> None:
    scene.until(lambda answer: answer == "ams3")
    assert [scene.ask() for _ in range(5)] == ["ams3"] * 5

    scene.environments["ams3"].stop()
    moved = scene.until(lambda answer: answer == "fra1")
    assert [scene.ask() for _ in range(5)] == ["fra1"] * 5

    scene.environments["ams3"].start()
    back = scene.until(lambda answer: answer == "ams3")
    assert [scene.ask() for _ in range(5)] == ["ams3"] * 5
    print(f"moved after {moved:.1f} s, back after {back:.1f} s")
    # What nobody documents is the harsher way: targets are told no name.
    assert set(scene.environments["fra1"].names) == {None}


def test_one_that_is_taken_out_is_asked_no_more(scene: Scene) -> None:
    scene.until(lambda answer: answer == "ams3")
    over = _over()
    scene.balancers.apply((), [replace(over, targets=over.targets[1:])])
    scene.until(lambda answer: answer == "fra1")
