"""`bin/cluster-credentials` where what answers is not the API as it should be: one sentence, no secret."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from network.credentials import CredentialsError, cache
from network.credentials.account import AccountToken, account_token
from network.credentials.api import fetch
from network.credentials.grant import Grant
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


class Dripping(BaseHTTPRequestHandler):
    """Sends a byte again and again: the header's, or after it the body's."""

    def do_GET(self) -> None:
        if self.path == "/body":
            self.send_response(200)
            self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            time.sleep(0.05)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("path", ["/header", "/body"])
def test_an_answer_that_comes_drip_by_drip_is_given_up(path: str) -> None:
    with HTTPServer(("127.0.0.1", 0), Dripping) as server:
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        begun = time.monotonic()
        with pytest.raises(AwayError, match=r"no whole answer within 0.5 s"):
            get(f"http://127.0.0.1:{server.server_port}{path}", TOKEN, 0.5)
        assert time.monotonic() - begun < 2
        thread.join()


def test_all_tries_together_end(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = serve((503, {}, b""))
    monkeypatch.setenv("DIGITALOCEAN_API_URL", busy.url)
    monkeypatch.setattr("network.credentials.api.LONGEST_WAIT", 0.5)
    with pytest.raises(CredentialsError, match="503"):
        fetch("c", AccountToken(TOKEN, "a test"), 0)
    assert len(busy.authorizations) == 1


def test_a_pulumi_that_waits_for_its_backend_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pulumi"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("network.credentials.account.LONGEST_WAIT", 0.5)
    monkeypatch.delenv("DIGITALOCEAN_TOKEN", raising=False)
    monkeypatch.delenv("DIGITALOCEAN_ACCESS_TOKEN", raising=False)
    with pytest.raises(CredentialsError, match=r"`pulumi config get` does not answer within 0.5 s"):
        account_token(tmp_path, "dev")


def test_what_answers_is_told_by_the_command_too(serve: Serve, tmp_path: Path) -> None:
    assert "it sends no JSON" in refusal(ask(serve((200, {}, b"<html>")).url, tmp_path))


def test_a_time_in_another_zone_is_told_in_utc(serve: Serve, tmp_path: Path) -> None:
    elsewhere = SOON.astimezone(timezone(timedelta(hours=5)))
    done = ask(serve(credential("t", elsewhere.isoformat())).url, tmp_path)
    end = datetime.fromisoformat(json.loads(done.stdout)["status"]["expirationTimestamp"])
    assert timedelta(0) <= SOON - end < timedelta(minutes=6)


def test_who_waits_for_another_process_goes_on_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "LONGEST_WAIT", 0.2)
    kept = cache.Cache(tmp_path / "token")
    with kept, cache.Cache(tmp_path / "token") as second:
        assert second.grant is None


def test_nothing_that_others_have_put_in_the_way_gets_the_token(tmp_path: Path) -> None:
    (tmp_path / "stolen").touch()
    for name in ("token.new", "token.lock"):
        (tmp_path / name).symlink_to(tmp_path / "stolen")
    with cache.Cache(tmp_path / "token") as kept:
        kept.keep(Grant("secret", datetime.now(UTC), SOON))
    assert (tmp_path / "stolen").read_text() == ""
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
