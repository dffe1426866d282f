"""The demo backend on this machine: what it answers, and what it can be told to do instead."""

import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab import parts as lab_parts
from lab.toolbox.waiting import patiently

pytestmark = pytest.mark.lab


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@dataclass
class Backend:
    """A backend that runs."""

    program: Path
    environment: dict[str, str]
    process: "subprocess.Popen[str]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str) -> str:
        return subprocess.run(
            [self.program, *arguments], env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def probe(self, path: str) -> int:
        return httpx.get(f"http://127.0.0.1:{self.environment['DEMO_PROBE_PORT']}{path}").status_code

    def counts(self) -> dict[str, Any]:
        return json.loads(self.command("count"))


@pytest.fixture
def backend() -> Iterator[Backend]:
    program = lab_parts.ensure("demo")["demo"] / "demo"
    port = free_port()
    environment = {
        **os.environ,
        "DEMO_WORKLOAD": "shop/web",
        "DEMO_PORTS": f"http={port}/tcp,names={port}/udp",
        "DEMO_PROBE_PORT": str(free_port()),
        "DEMO_CONTROL_PORT": str(free_port()),
        "POD_NAME": "web-1",
        "NODE_NAME": "node-1",
    }
    process = subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, text=True)
    backend = Backend(program, environment, process, port)
    patiently(lambda: backend.probe("/ready"), httpx.HTTPError, seconds=10, pause=0.02)
    yield backend
    process.kill()
    process.communicate()


def test_it_echoes_the_request_with_its_own_name_and_the_peer_s_address(backend: Backend) -> None:
    echo = httpx.post(f"{backend.url}/a/b?c=d", content=b"12345", headers={"X-Own": "yes"}).json()
    assert (echo["pod"], echo["workload"], echo["node"]) == ("web-1", "shop/web", "node-1")
    assert (echo["method"], echo["path"], echo["query"], echo["body"]) == ("POST", "/a/b", "c=d", 5)
    assert echo["host"] == f"127.0.0.1:{backend.port}"
    assert echo["port"] == str(backend.port)
    assert echo["headers"]["X-Own"] == ["yes"]
    assert echo["peer"].startswith("127.0.0.1:")
    assert echo["tls"] is None


@pytest.mark.parametrize(
    ("flags", "protocol"), [(("--http1.1",), "HTTP/1.1"), (("--http2-prior-knowledge",), "HTTP/2.0")]
)
def test_it_speaks_http_1_and_2_without_tls(backend: Backend, flags: tuple[str, ...], protocol: str) -> None:
    answer = subprocess.check_output(["curl", "--silent", "--fail", *flags, backend.url])
    assert json.loads(answer)["protocol"] == protocol


def test_it_speaks_tls_on_the_same_port_with_a_certificate_of_its_own(backend: Backend) -> None:
    answer = subprocess.check_output(
        ["curl", "--silent", "--insecure", "--http2", f"https://localhost:{backend.port}"]
    )
    echo = json.loads(answer)
    assert echo["protocol"] == "HTTP/2.0"
    assert echo["tls"] == {"serverName": "localhost", "client": ""}
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection(("127.0.0.1", backend.port)) as plain,
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def test_what_is_not_http_comes_back_as_it_is(backend: Backend) -> None:
    with socket.create_connection(("127.0.0.1", backend.port), timeout=5) as client:
        client.sendall(b"\x00\x01hello")
        assert client.recv(64) == b"\x00\x01hello"
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(b"packet", ("127.0.0.1", backend.port))
        assert client.recv(64) == b"packet"


def test_a_single_request_chooses_its_answer_by_query_or_header(backend: Backend) -> None:
    assert httpx.get(f"{backend.url}/?status=503").status_code == 503
    assert httpx.get(backend.url, headers={"X-Demo-Status": "418"}).status_code == 418
    large = httpx.get(f"{backend.url}/?size=10MB")
    assert len(large.content) == 10_000_000
    assert large.headers["content-type"].startswith("text/plain")
    cookie = httpx.get(f"{backend.url}/?header=Set-Cookie:a=b&header=Cache-Control:no-store")
    assert (cookie.headers["set-cookie"], cookie.headers["cache-control"]) == ("a=b", "no-store")
    assert httpx.get(f"{backend.url}/?delay=soon").status_code == 400
    assert httpx.get(backend.url).status_code == 200


def test_it_knows_who_is_there_as_the_service_of_a_forward_auth(backend: Backend) -> None:
    def ask(**headers: str) -> httpx.Response:
        return httpx.get(f"{backend.url}/verify", headers=headers)

    known = ask(Authorization="Bearer demo-alice")
    assert (known.status_code, known.headers["x-user"]) == (200, "alice")
    unnamed = ask(Authorization="Bearer demo-")
    assert (unnamed.status_code, "x-user" in unnamed.headers) == (200, False)
    assert [ask().status_code, ask(Authorization="Bearer other").status_code] == [401, 401]


def test_a_slow_answer_takes_as_long_as_asked(backend: Backend) -> None:
    began = time.monotonic()
    httpx.get(f"{backend.url}/?delay=300ms")
    assert time.monotonic() - began >= 0.3


def test_with_two_workers_six_requests_take_as_long_as_three(backend: Backend) -> None:
    assert backend.command("mode", "workers=2", "delay=200ms").strip() == "delay=200ms workers=2"
    began = time.monotonic()
    with ThreadPoolExecutor(6) as clients:
        answers = list(clients.map(httpx.get, [backend.url] * 6))
    assert time.monotonic() - began >= 3 * 0.2
    assert {answer.status_code for answer in answers} == {200}


def test_a_reset_breaks_the_connection(backend: Backend) -> None:
    with socket.create_connection(("127.0.0.1", backend.port), timeout=5) as client:
        client.sendall(b"GET /?reset=1 HTTP/1.1\r\nHost: a\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_mode_holds_for_all_requests_until_it_ends(backend: Backend) -> None:
    assert backend.command("mode").strip() == "normal"
    assert backend.command("mode", "status=503", "delay=10ms").strip() == "delay=10ms status=503"
    assert httpx.get(backend.url).status_code == 503
    assert httpx.get(f"{backend.url}/?status=200").status_code == 200
    assert backend.probe("/ready") == 200
    backend.command("mode", "normal")
    assert httpx.get(backend.url).status_code == 200


def test_probes_fail_when_told_so(backend: Backend) -> None:
    backend.command("mode", "ready=false")
    assert (backend.probe("/ready"), backend.probe("/live")) == (503, 200)
    backend.command("mode", "live=false")
    assert (backend.probe("/ready"), backend.probe("/live")) == (200, 503)


@pytest.mark.parametrize("word", ["status=99", "dela=2s", "ready=perhaps", "workers=0", "fast"])
def test_a_wrong_mode_is_refused_and_changes_nothing(backend: Backend, word: str) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        backend.command("mode", word)
    assert backend.command("mode").strip() == "normal"


def test_requests_and_connections_are_counted(backend: Backend) -> None:
    with httpx.Client() as client:
        for _ in range(3):
            client.get(f"{backend.url}/a")
        client.post(f"{backend.url}/b")
        counts = backend.counts()
    assert (counts["requests"], counts["connections"], counts["open"]) == (4, 1, 1)
    assert counts["kinds"] == {"GET /a": 3, "POST /b": 1}
    backend.command("count", "reset")
    assert backend.counts()["requests"] == 0


def test_control_is_reached_from_the_pod_itself_only(backend: Backend) -> None:
    addresses = subprocess.check_output(["hostname", "-I"], text=True).split()
    outside = next((each for each in addresses if ":" not in each), None)
    if outside is None:
        pytest.skip("this machine has no other address than the loopback device's")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((outside, int(backend.environment["DEMO_CONTROL_PORT"])), timeout=2)


def test_its_client_shows_status_and_body_and_can_be_led_elsewhere(backend: Backend) -> None:
    echo = json.loads(
        backend.command("get", "-r", f"127.0.0.1:{backend.port}", "-H", "X-A: b", "http://shop.example/x")
    )
    assert (echo["host"], echo["path"], echo["headers"]["X-A"]) == ("shop.example", "/x", ["b"])
    assert "connected" in backend.command("dial", f"127.0.0.1:{backend.port}")


def test_the_end_waits_for_open_requests_and_takes_no_new_ones(backend: Backend) -> None:
    answers: list[int] = []
    slow = threading.Thread(
        target=lambda: answers.append(httpx.get(f"{backend.url}/?delay=1s", timeout=5).status_code)
    )
    slow.start()
    while backend.counts()["requests"] == 0:
        time.sleep(0.01)
    backend.process.send_signal(signal.SIGTERM)
    assert backend.process.wait(10) == 0
    slow.join()
    assert answers == [200]
    with pytest.raises(httpx.ConnectError):
        httpx.get(backend.url)
