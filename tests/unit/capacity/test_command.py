"""`network capacity`: what it says, how it ends, and what it takes for not seen."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner
from typing_extensions import override

from network.cli import app
from tests.stacks import ROOT

Answer = Callable[[str, dict[str, list[str]]], tuple[int, Any]]


class Server(ThreadingHTTPServer):
    answer: Answer
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        self.server.asked.append(query.get("query", [parts.path])[0])
        status, body = self.server.answer(parts.path, query)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


def served(answer: Answer) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.answer, server.asked = answer, []
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def vector(*values: float) -> dict[str, Any]:
    series = [{"metric": {"n": str(at)}, "value": [0, str(value)]} for at, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": series}}


def everything_is(value: float) -> Answer:
    return lambda *_: (200, vector(value))


SIZES = {"sizes": [{"slug": "s-4vcpu-8gb", "price_monthly": 50.0}], "links": {}}
NODE = {"tags": ["network", "environment:prod", "k8s"]}
VPN = {"tags": ["vpn:prod:machine", "vpn:prod:at:api-server:tcp:7e57.k8s.ondigitalocean.com:443"]}
DROPLETS = {"droplets": [NODE, NODE, VPN, {"tags": ["else"]}], "links": {}}


def account(path: str, _: dict[str, list[str]]) -> tuple[int, Any]:
    return {
        "/v2/sizes": (200, SIZES),
        "/v2/account": (200, {"account": {"droplet_limit": 25}}),
        "/v2/droplets": (200, DROPLETS),
    }[path]


@pytest.fixture(autouse=True)
def nobody_s_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks an account, nor Pulumi for its token."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PATH", "")
    for name in ("DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_API_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def prometheus() -> Iterator[Server]:
    yield from served(everything_is(1))


@pytest.fixture
def digitalocean(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for server in served(account):
        monkeypatch.setenv("DIGITALOCEAN_TOKEN", "dop_v1_secret")
        monkeypatch.setenv("DIGITALOCEAN_API_URL", url(server))
        yield server


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["capacity", "--stack", "prod", *arguments])


def told(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = run(*arguments, "--format", "json")
    assert done.stdout, done.output
    return done.exit_code, json.loads(done.stdout)


def limit(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in document["limits"] if each["name"] == name)
    return found


def test_what_fits_ends_well_and_what_does_not_is_an_answer_of_no() -> None:
    assert told("--requests", "500", "--new-tls", "5")[0] == 0
    status, document = told("--requests", "50000")
    assert status == 1
    assert document["limits"][0]["verdict"] == "does not fit"


def test_the_load_is_the_declared_one_and_a_peak_is_a_multiple_of_it() -> None:
    usual, thrice = (told(*more)[1]["load"] for more in ((), ("--peak", "3x")))
    assert usual["from"] == "`ingress.expectedLoad`"
    assert {key: thrice[key] for key in ("requests", "connections", "handshakes", "megabits")} == {
        key: pytest.approx(3 * usual[key]) for key in ("requests", "connections", "handshakes", "megabits")
    }


def test_parts_of_a_given_load_that_are_not_told_are_as_the_stack_expects_them() -> None:
    asked = told("--requests", "1000", "--connections", "77")[1]["load"]
    # prod expects one request of twenty by a new connection, and 20 kB of each.
    assert (asked["connections"], asked["handshakes"], asked["megabits"]) == (77, 50, 160)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--peak", "thrice"), "--peak thrice is no number of times"),
        (("--peak", "0x"), "is no number of times"),
        (("--connections", "9"), "give its --requests too"),
        (("--live", "--url", "file:///etc/passwd", "--peak", "2x"), "is no address of a Prometheus"),
    ],
)
def test_a_load_that_is_none_is_refused(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


def test_without_any_load_it_says_how_to_tell_one(tmp_path: Any) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    lines = (ROOT / "Pulumi.dev.yaml").read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "expectedLoad" not in line))
    done = CliRunner().invoke(app, ["capacity", "--file", str(file)])
    assert done.exit_code == 2
    for way in ("--requests", "ingress.expectedLoad", "--live"):
        assert way in done.output


def test_several_stacks_are_not_one() -> None:
    done = CliRunner().invoke(app, ["capacity", "--requests", "1"])
    assert done.exit_code == 2
    assert "one stack at a time" in done.output


def test_all_nodes_hold_more_than_all_but_one() -> None:
    less, more = (
        limit(told("--requests", "10", *rest)[1], "nodes: memory")["holds"] for rest in ((), ("--all-nodes",))
    )
    assert more == pytest.approx(less * 3 / 2)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_people_read_what_breaks_what_raises_it_and_what_all_costs(form: str) -> None:
    shown = run("--requests", "50000", "--format", form).stdout
    for each in (
        "does not fit",
        "ingress.loadBalancer.sizeUnit",
        "in all",
        "296.20 to 884.20",
        "one node gone",
    ):
        assert each in shown
    assert "now" not in shown.split("raised by")[0].split("\n")[-1]


@pytest.mark.usefixtures("digitalocean")
def test_live_shows_what_is_used_now_and_what_the_account_has(prometheus: Server) -> None:
    status, document = told("--live", "--url", url(prometheus))
    assert status == 0
    assert limit(document, "load balancer, public: requests")["today"] == 1
    # 11 nodes at most, 10 while they are replaced, one of somebody else's.
    droplets = limit(document, "account: Droplets")
    assert (droplets["holds"], droplets["needed"]) == (25, 11 + 10 + 1)
    # By the account's own price: 50 in place of 48 for each of three.
    assert document["monthly"]["lowest"] == pytest.approx(296.20 + 3 * 2)
    assert document["couldNotLook"] == []


@pytest.mark.usefixtures("digitalocean")
def test_of_a_running_platform_a_peak_is_a_multiple_of_its_busiest_moment(prometheus: Server) -> None:
    prometheus.answer = everything_is(40)
    asked = told("--live", "--url", url(prometheus), "--peak", "3x")[1]["load"]
    assert asked["from"] == "today's busiest moment, 3 times"
    # Its megabits are told in bytes; the share of new connections nobody measures.
    assert (asked["requests"], asked["connections"], asked["handshakes"]) == (120, 120, 6)


@pytest.mark.usefixtures("digitalocean")
def test_what_is_fuller_today_than_it_holds_does_not_fit(prometheus: Server) -> None:
    prometheus.answer = everything_is(1e9)
    status, document = told("--live", "--url", url(prometheus))
    assert status == 1
    assert limit(document, "Prometheus: series by memory")["verdict"] == "does not fit"


@pytest.mark.usefixtures("digitalocean")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda *_: (200, vector()), "has no series for"),
        (lambda *_: (200, vector(1, 2)), "has several series for"),
        (lambda *_: (200, vector(float("nan"))), "gives nan for"),
        (lambda *_: (503, {}), "answers 503"),
    ],
    ids=["none", "several", "no number", "no answer"],
)
def test_what_a_prometheus_does_not_tell_is_never_taken_for_nothing(
    prometheus: Server, answer: Answer, said: str
) -> None:
    prometheus.answer = answer
    status, document = told("--live", "--url", url(prometheus))
    assert status == 2
    row = limit(document, "Prometheus: series by memory")
    assert (row["today"], row["verdict"]) == (None, "could not look")
    assert said in row["reason"]
    assert limit(document, "nodes: of a cluster")["verdict"] == "fits"


@pytest.mark.usefixtures("digitalocean")
def test_a_prometheus_that_does_not_answer_is_asked_once(prometheus: Server) -> None:
    prometheus.answer = lambda *_: (500, {})
    told("--live", "--url", url(prometheus))
    assert len(prometheus.asked) == 1


@pytest.mark.parametrize(
    ("lost", "status", "said"),
    [
        ("/v2/sizes", 403, "lacks the scope `sizes:read`"),
        ("/v2/account", 403, "lacks the scope `account:read`"),
        ("/v2/droplets", 500, "ask again later"),
    ],
)
def test_a_right_that_is_missing_is_named_and_the_rest_is_told(
    prometheus: Server, digitalocean: Server, lost: str, status: int, said: str
) -> None:
    digitalocean.answer = lambda path, query: (
        (status, {"message": "no"}) if path == lost else account(path, query)
    )
    ended, document = told("--live", "--url", url(prometheus))
    assert ended == 2
    (line,) = document["couldNotLook"]
    assert said in line
    assert lost in line
    assert limit(document, "nodes: memory")["today"] == 1


def test_without_a_token_the_account_could_not_be_looked_at(prometheus: Server) -> None:
    ended, document = told("--live", "--url", url(prometheus))
    assert ended == 2
    assert "DIGITALOCEAN_TOKEN" in document["couldNotLook"][0]
    assert "dop_v1" not in str(document)
