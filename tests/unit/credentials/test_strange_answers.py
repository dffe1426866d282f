"""`bin/cluster-credentials` where what answers is not the API as it should be: one sentence, no secret."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from network.digitalocean_api import AwayError, get
from network.plan.cluster.kubeconfig import COMMAND
from tests.stacks import ROOT

TOKEN = "dop_v1_secret"

SOON = datetime.now(UTC) + timedelta(days=1)

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


class Server(ThreadingHTTPServer):
    """Answers every request alike, and remembers what it was sent."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.authorizations: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self.server.authorizations.append(self.headers.get("Authorization"))
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


Serve = Callable[[Answer], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(answer: Answer) -> Server:
        servers.append(Server(answer))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def ask(url: str, home: Path, token: str = TOKEN) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "DIGITALOCEAN_API_URL": url,
        "DIGITALOCEAN_TOKEN": token,
    }
    return subprocess.run(
        [str(ROOT / COMMAND), "c", "--stack", "dev"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def refusal(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert TOKEN not in sentence
    return sentence


def credential(token: object, expires_at: object) -> Answer:
    return 200, {}, json.dumps({"token": token, "expires_at": expires_at}).encode()


def test_a_redirect_does_not_carry_the_token_to_another_host(serve: Serve, tmp_path: Path) -> None:
    other = serve(credential("t", SOON.isoformat()))
    api = serve((302, {"Location": other.url}, b""))
    assert "302" in refusal(ask(api.url, tmp_path))
    assert api.authorizations == [f"Bearer {TOKEN}"]
    assert other.authorizations == []


def test_a_token_that_no_header_can_hold_is_not_shown(serve: Serve, tmp_path: Path) -> None:
    api = serve(credential("t", SOON.isoformat()))
    assert "does not accept the account token" in refusal(ask(api.url, tmp_path, f"{TOKEN}\n"))
    assert api.authorizations == []


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"token": "t"}', b'{"token": "t", "expires_at": 7}', b'{"token": "t", "expires_at": "?"}'],
)
def test_an_answer_without_what_is_asked_for_is_told(serve: Serve, tmp_path: Path, body: bytes) -> None:
    assert "no credential of a cluster" in refusal(ask(serve((200, {}, body)).url, tmp_path))


@pytest.mark.parametrize("token", [None, "", 7])
def test_a_credential_without_a_token_is_told(serve: Serve, tmp_path: Path, token: object) -> None:
    api = serve(credential(token, SOON.isoformat()))
    assert "gives no token for the cluster" in refusal(ask(api.url, tmp_path))


def test_a_time_without_a_zone_is_utc(serve: Serve, tmp_path: Path) -> None:
    done = ask(serve(credential("t", SOON.replace(tzinfo=None).isoformat())).url, tmp_path)
    end = datetime.fromisoformat(json.loads(done.stdout)["status"]["expirationTimestamp"])
    assert SOON - end < timedelta(minutes=6)


def test_a_token_that_has_ended_already_is_none(serve: Serve, tmp_path: Path) -> None:
    api = serve(credential("t", (SOON - timedelta(days=9)).isoformat()))
    assert "set this machine's clock" in refusal(ask(api.url, tmp_path))


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"\xff", b"[" * 100_000], ids=["html", "list", "bytes", "deep"]
)
def test_what_is_not_the_api_is_named_so(serve: Serve, body: bytes) -> None:
    with pytest.raises(AwayError, match="what answers is not DigitalOcean's API"):
        get(serve((200, {}, body)).url, TOKEN)


def test_an_answer_that_ends_too_early_is_none(serve: Serve) -> None:
    with pytest.raises(AwayError):
        get(serve((200, {"Content-Length": "999"}, b"{")).url, TOKEN)


def test_what_answers_is_told_by_the_command_too(serve: Serve, tmp_path: Path) -> None:
    assert "it sends no JSON" in refusal(ask(serve((200, {}, b"<html>")).url, tmp_path))
