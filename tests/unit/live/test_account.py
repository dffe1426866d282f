"""The account, read by its API."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from network.credentials.account import AccountToken
from network.digitalocean_api import API_VARIABLE
from network.live.account import MOST_PAGES, Account, scope
from network.live.finding import CannotLookError

Answer = tuple[int, Any]


class Api(ThreadingHTTPServer):
    """Answers what a test says, by path and query."""

    answers: dict[str, Answer]
    asked: list[tuple[str, str]]


class Handler(BaseHTTPRequestHandler):
    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        assert isinstance(self.server, Api)
        self.server.asked.append((self.path, self.headers["Authorization"]))
        answers = self.server.answers
        status, body = answers.get(self.path) or answers.get("*") or (404, {"message": "none"})
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with Api(("127.0.0.1", 0), Handler) as server:
        server.answers, server.asked = {}, []
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(API_VARIABLE, f"http://127.0.0.1:{server.server_address[1]}")
        yield server
        server.shutdown()


ACCOUNT = Account(AccountToken("dop_v1_x", "DIGITALOCEAN_TOKEN"))


def refused(api: Api, status: int, path: str = "/v2/vpcs") -> CannotLookError:
    api.answers = {"*": (status, {"message": "You are not authorized to perform this operation"})}
    with pytest.raises(CannotLookError) as error:
        ACCOUNT.get(path)
    return error.value


def test_a_list_is_read_to_its_last_page(api: Api) -> None:
    more = {"pages": {"next": "https://elsewhere.example.org/"}}
    api.answers = {
        "/v2/vpcs?per_page=200&page=1": (200, {"vpcs": [1, 2], "links": more}),
        "/v2/vpcs?per_page=200&page=2": (200, {"vpcs": [3], "links": {}}),
    }
    assert ACCOUNT.list("/v2/vpcs", "vpcs") == [1, 2, 3]
    assert {token for _, token in api.asked} == {"Bearer dop_v1_x"}


def test_a_query_is_kept_on_every_page(api: Api) -> None:
    api.answers = {"/v2/domains/x/records?type=A&per_page=200&page=1": (200, {"domain_records": []})}
    assert ACCOUNT.list("/v2/domains/x/records", "domain_records", type="A") == []


def test_a_list_without_an_end_is_given_up(api: Api) -> None:
    api.answers = {"*": (200, {"vpcs": [1], "links": {"pages": {"next": "more"}}})}
    with pytest.raises(CannotLookError, match="does not end"):
        ACCOUNT.list("/v2/vpcs", "vpcs")
    assert len(api.asked) == MOST_PAGES


def test_an_answer_without_its_list_is_never_taken_for_an_empty_one(api: Api) -> None:
    api.answers = {"*": (200, {"links": {}})}
    with pytest.raises(CannotLookError, match="no list `vpcs`"):
        ACCOUNT.list("/v2/vpcs", "vpcs")


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/v2/vpcs", "vpc:read"),
        ("/v2/vpcs/1/members?per_page=200", "vpc:read"),
        ("/v2/vpc_peerings", "vpc_peering:read"),
        ("/v2/vpc_nat_gateways", "nat_gateway:read"),
        ("/v2/kubernetes/clusters", "kubernetes:read"),
        ("/v2/load_balancers", "load_balancer:read"),
        ("/v2/firewalls", "firewall:read"),
        ("/v2/domains/dev.example.org/records", "domain:read"),
        ("/v2/droplets", "droplet:read"),
        ("/v2/account", "account:read"),
        ("/v2/sizes", "sizes:read"),
        ("/v2/monitoring/metrics/load_balancer/droplets_health_checks", "monitoring:read"),
        ("/v2/uptime/checks", "uptime:read"),
        ("/v2/volumes", "block_storage:read"),
        ("/v2/reserved_ips", "reserved_ip:read"),
    ],
)
def test_a_missing_right_is_named_as_digitalocean_names_it(api: Api, path: str, named: str) -> None:
    assert scope(path) == named
    error = refused(api, 403, path)
    assert f"lacks the scope `{named}`" in error.remedy
    assert "DIGITALOCEAN_TOKEN" in error.remedy
    assert error.source == f"GET {path}"


def test_the_token_is_told_nowhere(api: Api) -> None:
    error = refused(api, 401)
    assert "dop_v1_x" not in f"{error.source} {error.reason} {error.remedy} {ACCOUNT}"
    assert "is not valid" in error.remedy


@pytest.mark.parametrize(
    ("status", "helps"), [(404, "not in this account"), (429, "in a minute"), (500, "later")]
)
def test_every_other_refusal_says_what_helps(api: Api, status: int, helps: str) -> None:
    assert helps in refused(api, status).remedy


def test_an_api_that_is_away_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(API_VARIABLE, "http://127.0.0.1:1")
    with pytest.raises(CannotLookError) as error:
        ACCOUNT.get("/v2/vpcs")
    assert "later" in error.value.remedy
